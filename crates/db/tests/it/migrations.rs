//! The way up, the way down, and two runners at once.

use crate::support::{count, execute};
use db::{Connection, migrate, roles};
use diesel_async::AsyncConnection;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use testkit::TestDb;
use testkit::pg::ROLE_PASSWORD;
use uuid::Uuid;

#[tokio::test]
async fn migrations_go_up_down_and_up_again() {
    let db = TestDb::empty().await;
    let url = db.admin_url();
    let all = migrate::pending(&url).await.unwrap();
    assert!(all.len() >= 5, "{all:?}");

    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let applied = migrate::run(&url, move |name| told.lock().unwrap().push(name.to_owned()))
        .await
        .unwrap();
    assert_eq!(applied, all);
    assert_eq!(*heard.lock().unwrap(), all);
    assert!(migrate::pending(&url).await.unwrap().is_empty());

    assert_eq!(migrate::revert_all(&url).await.unwrap(), all.len());
    let mut admin = db.admin().await;
    let left = "SELECT count(*) AS n FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace \
                WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' AND relkind IN ('r', 'p', 'v') \
                AND relname <> '__diesel_schema_migrations'";
    assert_eq!(count(&mut admin, left).await, 0);
    assert_eq!(migrate::pending(&url).await.unwrap(), all);
    assert_eq!(migrate::run(&url, |_| {}).await.unwrap(), all);
}

#[tokio::test]
async fn racing_runners_apply_each_migration_once() {
    let db = TestDb::empty().await;
    let url = db.admin_url();
    let all = migrate::pending(&url).await.unwrap();
    let runners = (0..4).map(|_| migrate::run(&url, |_| {}));
    let applied: Vec<_> = futures_util::future::join_all(runners)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();
    assert_eq!(applied, all);
}

/// Roles belong to the cluster, advisory locks to a database.
#[tokio::test]
async fn two_databases_of_one_cluster_may_migrate_at_once() {
    let [one, two] = [TestDb::empty().await, TestDb::empty().await];
    let urls = [one.admin_url(), two.admin_url()];
    let runners = urls.iter().map(|url| migrate::run(url, |_| {}));
    for applied in futures_util::future::join_all(runners).await {
        applied.unwrap();
    }
}

#[tokio::test]
async fn the_migrator_need_not_be_a_superuser() {
    let db = TestDb::empty().await;
    let migrator = format!("migrator_{}", Uuid::new_v4().simple());
    let mut admin = db.admin().await;
    let name = db.name();
    let create = format!(
        "CREATE ROLE {migrator} LOGIN CREATEROLE PASSWORD '{ROLE_PASSWORD}'; ALTER DATABASE {name} OWNER TO {migrator}"
    );
    execute(&mut admin, &create).await.unwrap();

    let url = db.url(&migrator);
    let applied = migrate::run(&url, |_| {}).await;
    let production = migrate::set_production(&url, false).await;
    let reverted = migrate::revert_all(&url).await;

    let drop = format!(
        "ALTER DATABASE {name} OWNER TO postgres; REASSIGN OWNED BY {migrator} TO postgres; DROP OWNED BY {migrator}; \
         DROP ROLE {migrator}"
    );
    execute(&mut admin, &drop).await.unwrap();
    assert_eq!(applied.unwrap().len(), reverted.unwrap());
    production.unwrap();
}

#[tokio::test]
async fn roles_get_their_passwords_and_no_other_role_does() {
    let db = TestDb::new().await;
    let url = db.admin_url();
    let set = async |role: &str, password: &str| {
        let passwords = BTreeMap::from([(role.to_owned(), password.to_owned())]);
        roles::set_role_passwords(&url, &passwords).await
    };
    // The cluster's other tests rely on this password.
    set("mail_worker", ROLE_PASSWORD).await.unwrap();
    Connection::establish(&db.url("mail_worker")).await.unwrap();
    let wrong = db.url("mail_worker").replace(ROLE_PASSWORD, "wrong");
    assert!(Connection::establish(&wrong).await.is_err());

    for role in ["postgres", "noxpay_owner", "mail_worker; DROP ROLE x"] {
        let refused = set(role, ROLE_PASSWORD).await;
        assert!(
            matches!(refused, Err(roles::RoleError::Unknown(_))),
            "{role}"
        );
    }
    let refused = set("mail_worker", "").await;
    assert!(matches!(refused, Err(roles::RoleError::Empty(_))));
}
