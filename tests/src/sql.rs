//! The database as its superuser sees it: for history that nobody can wait for, and for looking on.

use testkit::TestDb;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use tokio_util::task::TaskTracker;

/// A superuser's session. Closed when dropped.
pub struct Sql(Client);

impl Sql {
    /// On a test's own database.
    ///
    /// # Panics
    /// If PostgreSQL is away.
    pub async fn admin(db: &TestDb) -> Self {
        let connected = tokio_postgres::connect(&db.admin_url(), NoTls).await;
        let (client, connection) = connected.expect("the test PostgreSQL");
        TaskTracker::new().spawn(connection);
        Self(client)
    }

    /// Runs statements that answer nothing.
    ///
    /// # Panics
    /// With the statements, if one of them fails.
    pub async fn run(&self, statements: &str) {
        if let Err(error) = self.0.batch_execute(statements).await {
            panic!("{statements}: {error:?}");
        }
    }

    /// Into `codes (n, code)`, numbered from `after + 1`.
    pub(crate) async fn insert_codes(&self, after: u64, codes: &[String]) {
        let after = i64::try_from(after).expect("a number of intents");
        let insert = "INSERT INTO codes SELECT $1 + n, code FROM unnest($2::text[]) WITH ORDINALITY AS c (code, n)";
        let inserted = self.0.execute(insert, &[&after, &codes]).await;
        inserted.expect("the codes");
    }

    /// Every row as text; a NULL is empty.
    ///
    /// # Panics
    /// With the query, if it fails.
    pub async fn rows(&self, query: &str) -> Vec<Vec<String>> {
        let messages = match self.0.simple_query(query).await {
            Ok(messages) => messages,
            Err(error) => panic!("{query}: {error:?}"),
        };
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let text = |n| row.get(n).unwrap_or_default().to_owned();
            (0..row.len()).map(text).collect()
        })
        .collect()
    }

    /// The first column of the first row, as a number.
    ///
    /// # Panics
    /// If there is none.
    pub async fn number(&self, query: &str) -> i64 {
        let rows = self.rows(query).await;
        let first = rows.first().and_then(|row| row.first());
        first.and_then(|n| n.parse().ok()).expect("a number")
    }
}
