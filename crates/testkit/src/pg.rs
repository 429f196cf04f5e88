//! A PostgreSQL database per test.

use crate::env;
use db::{Connection, DatabaseSettings, Databases, Schema, clock, migrate, roles};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::SignedDuration;
use std::cell::RefCell;
use std::net::SocketAddr;
use uuid::Uuid;

/// Every login role's, on the whole test cluster.
pub const ROLE_PASSWORD: &str = "noxpay-test";

/// Held (in the maintenance database) while the template is made.
const TEMPLATE_LOCK: &str = "7205759403792793610";

/// A database that no other test sees. Dropped, connections and all, some time after the value: when its thread ends.
pub struct TestDb {
    name: String,
}

impl TestDb {
    /// A migrated database, not in production, so that its clock can be moved.
    ///
    /// # Panics
    /// If the test servers are not there.
    pub async fn new() -> Self {
        let template = format!("noxpay_template_{}", migrate::DIGEST);
        let mut conn = maintenance().await;
        if !exists(&mut conn, &template).await {
            make_template(&mut conn, &template).await;
        }
        Self::create(&mut conn, &format!("TEMPLATE {template}")).await
    }

    /// A database without anything in it, for tests of the migrations themselves.
    ///
    /// # Panics
    /// If the test servers are not there.
    pub async fn empty() -> Self {
        Self::create(&mut maintenance().await, "").await
    }

    async fn create(conn: &mut Connection, from: &str) -> Self {
        let name = format!("noxpay_test_{}", Uuid::new_v4().simple());
        execute(conn, &format!("CREATE DATABASE {name} {from}")).await;
        if !from.is_empty() {
            // A clone has the content of its template, but not the rights on the database itself.
            let logins = roles::LOGIN_ROLES.join(", ");
            execute(
                conn,
                &format!(
                    "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {logins}; \
                     GRANT CREATE ON DATABASE {name} TO noxpay_owner"
                ),
            )
            .await;
        }
        Self { name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The superuser's, of this database.
    pub fn admin_url(&self) -> String {
        admin_url(&self.name)
    }

    /// Of one of the eight login roles.
    pub fn url(&self, role: &str) -> String {
        self.url_at(role, &Self::server())
    }

    /// The same through another address, such as a proxy's.
    pub fn url_via(&self, role: &str, address: SocketAddr) -> String {
        self.url_at(role, &address.to_string())
    }

    fn url_at(&self, role: &str, address: &str) -> String {
        format!("postgres://{role}:{ROLE_PASSWORD}@{address}/{}", self.name)
    }

    /// `host:port` of the server, for a proxy.
    pub fn server() -> String {
        format!("{}:{}", env::pg_host(), env::pg_port())
    }

    /// What a service would be told.
    pub fn settings(&self, schema: Schema) -> DatabaseSettings {
        DatabaseSettings {
            schema,
            request_url: self.url(schema.request_role()),
            worker_url: self.url(schema.worker_role()),
            request_connections: 4,
            worker_connections: 6,
            application: "noxpay-test",
        }
    }

    /// The pools of the service that owns `schema`.
    pub fn databases(&self, schema: Schema) -> Databases {
        match Databases::try_new(&self.settings(schema)) {
            Ok(databases) => databases,
            Err(error) => panic!("{error}"),
        }
    }

    /// A superuser's connection, to which no policy applies: for assertions, and for what only an attacker would write.
    ///
    /// # Panics
    /// If PostgreSQL is away.
    pub async fn admin(&self) -> Connection {
        connect(&self.admin_url()).await
    }

    /// Moves the installation's clock on (or back) by `by`. Services follow within a second.
    ///
    /// # Panics
    /// If PostgreSQL is away.
    pub async fn advance_clock(&self, by: SignedDuration) {
        let mut conn = self.admin().await;
        let now = clock::read(&mut conn).await.expect("the clock's row");
        clock::set_offset(&mut conn, now.offset + by)
            .await
            .expect("a clock that is not in production");
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        DROPPED.with_borrow_mut(|dropped| dropped.0.push(name));
    }
}

thread_local! {
    /// Databases are dropped at the end of the test's thread, and thus after its runtime: DROP DATABASE waits for every
    /// session of the cluster that is just logging in, and one whose client is no longer polled would wait for a minute.
    static DROPPED: RefCell<Dropped> = const { RefCell::new(Dropped(Vec::new())) };
}

struct Dropped(Vec<String>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let names = std::mem::take(&mut self.0);
        if names.is_empty() || env::is_own() {
            return;
        }
        // A thread of its own: this one's runtime context may be gone already.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut conn = Connection::establish(&env::pg_admin_url()).await?;
                for name in names {
                    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                        .await?;
                }
                anyhow::Ok(())
            })
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("a test's databases stay: {dropped:?}");
        }
    }
}

async fn make_template(conn: &mut Connection, template: &str) {
    execute(conn, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    if !exists(conn, template).await {
        // Under another name until it is whole: a run that dies on the way leaves no half template.
        let draft = format!("noxpay_draft_{}", Uuid::new_v4().simple());
        execute(conn, &format!("CREATE DATABASE {draft}")).await;
        let url = admin_url(&draft);
        migrate::run(&url, |_| {}).await.expect("the migrations");
        migrate::set_production(&url, false)
            .await
            .expect("the clock's row");
        let passwords = roles::LOGIN_ROLES.map(|r| (r.to_owned(), ROLE_PASSWORD.to_owned()));
        roles::set_role_passwords(&url, &passwords.into())
            .await
            .expect("the roles");
        execute(
            conn,
            &format!("ALTER DATABASE {draft} RENAME TO {template}"),
        )
        .await;
    }
    execute(conn, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
}

async fn exists(conn: &mut Connection, name: &str) -> bool {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found")
        .bind::<Text, _>(name)
        .get_result::<Found>(conn)
        .await
        .expect("the catalogue")
        .found
}

async fn maintenance() -> Connection {
    connect(&env::pg_admin_url()).await
}

async fn connect(url: &str) -> Connection {
    match Connection::establish(url).await {
        Ok(conn) => conn,
        Err(error) => panic!("the test PostgreSQL does not answer: {error}"),
    }
}

async fn execute(conn: &mut Connection, sql: &str) {
    if let Err(error) = conn.batch_execute(sql).await {
        panic!("{sql}: {error}");
    }
}

fn admin_url(database: &str) -> String {
    let url = env::pg_admin_url();
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{database}")
}
