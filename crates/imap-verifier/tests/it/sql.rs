//! What a superuser sees and does, past every policy.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use testkit::TestDb;

/// The texts that `sql` selects, under the name `t`.
pub(crate) async fn texts(db: &TestDb, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        t: String,
    }
    let mut conn = db.admin().await;
    let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).await.unwrap();
    rows.into_iter().map(|row| row.t).collect()
}

pub(crate) async fn run(db: &TestDb, sql: &str) {
    let mut conn = db.admin().await;
    conn.batch_execute(sql).await.unwrap();
}
