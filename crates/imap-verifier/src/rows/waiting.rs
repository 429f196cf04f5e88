//! Messages that wait for a merchant's word about their header.

use crate::schema::waiting_messages;
use db::types::to_db;
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use uuid::Uuid;

/// More are not looked at again for one word.
const MOST: i64 = 100;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = waiting_messages)]
pub(crate) struct WaitingRow {
    pub(crate) message_id: Uuid,
    pub(crate) mailbox_id: Uuid,
    pub(crate) header: String,
    pub(crate) sealed_message: Vec<u8>,
    pub(crate) arrived_at: DbTimestamp,
}

/// Where a waiting message stands.
pub(crate) fn message_place(id: &Uuid) -> Place<'_> {
    Place {
        column: "mail.waiting_messages.sealed_message",
        row: id.as_bytes(),
    }
}

impl WaitingRow {
    pub(crate) async fn insert(self, tx: &mut Tx) -> QueryResult<()> {
        diesel::insert_into(waiting_messages::table)
            .values(self)
            .execute(tx)
            .await
            .map(drop)
    }

    /// The newest with this header, none of them from before `too_old`.
    pub(crate) async fn of_header(
        conn: &mut Connection,
        mailbox: Uuid,
        header: &str,
        too_old: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        waiting_messages::table
            .filter(waiting_messages::mailbox_id.eq(mailbox))
            .filter(waiting_messages::header.eq(header))
            .filter(waiting_messages::arrived_at.ge(to_db(too_old)))
            .order(waiting_messages::arrived_at.desc())
            .limit(MOST)
            .select(Self::as_select())
            .load(conn)
            .await
    }
}

/// It waits no longer. False where somebody else has taken it.
pub(crate) async fn take(tx: &mut Tx, message: Uuid) -> QueryResult<bool> {
    let rows = diesel::delete(waiting_messages::table.find(message))
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// The oldest `most` that arrived before `before` wait no longer. Gives back how many there were.
pub(crate) async fn drop_before(
    conn: &mut Connection,
    before: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    db::statement(
        "DELETE FROM waiting_messages WHERE message_id IN \
         (SELECT message_id FROM waiting_messages WHERE arrived_at < $1 ORDER BY arrived_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(to_db(before))
    .bind::<BigInt, _>(most)
    .execute(conn)
    .await
}
