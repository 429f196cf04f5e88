use crate::schema::bodies;
use db::types::to_db;
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use std::collections::HashSet;
use uuid::Uuid;

/// A mail as it came, sealed. Not `Debug`: nobody logs it.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = bodies, check_for_backend(diesel::pg::Pg))]
pub(crate) struct BodyRow {
    pub(crate) message_id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) sealed: Vec<u8>,
    pub(crate) kept_at: DbTimestamp,
}

/// Where a mail's body stands.
pub(crate) fn body_place(message: &Uuid) -> Place<'_> {
    Place {
        column: "mail.bodies.sealed",
        row: message.as_bytes(),
    }
}

impl BodyRow {
    pub(crate) async fn insert(self, tx: &mut Tx) -> QueryResult<()> {
        diesel::insert_into(bodies::table)
            .values(self)
            .execute(tx)
            .await
            .map(drop)
    }

    /// Those of these messages that are still kept.
    pub(crate) async fn of_messages(
        conn: &mut Connection,
        messages: &[Uuid],
    ) -> QueryResult<Vec<Self>> {
        bodies::table
            .filter(bodies::message_id.eq_any(messages))
            .select(Self::as_select())
            .load(conn)
            .await
    }
}

/// Which of these messages' bodies are still kept.
pub(crate) async fn kept(conn: &mut Connection, messages: &[Uuid]) -> QueryResult<HashSet<Uuid>> {
    let ids: Vec<Uuid> = bodies::table
        .filter(bodies::message_id.eq_any(messages))
        .select(bodies::message_id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Drops the oldest `most` that were kept before `before`. Gives back how many there were.
pub(crate) async fn drop_before(
    conn: &mut Connection,
    before: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    db::statement(
        "DELETE FROM bodies WHERE message_id IN \
         (SELECT message_id FROM bodies WHERE kept_at < $1 ORDER BY kept_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(to_db(before))
    .bind::<BigInt, _>(most)
    .execute(conn)
    .await
}
