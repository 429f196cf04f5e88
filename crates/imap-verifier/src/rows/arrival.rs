//! Deliveries that are being judged at this moment.

use crate::schema::arrivals;
use db::Tx;
use db::types::{from_db, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// Longer than any delivery is judged. What is older was given up: its sender got no answer and sends it again.
const FORGOTTEN: SignedDuration = SignedDuration::from_mins(2);

fn forgotten(now: Timestamp) -> DbTimestamp {
    to_db(now.checked_sub(FORGOTTEN).unwrap_or(Timestamp::MIN))
}

/// Registers a delivery of `now`. The source's cursor must be locked, and `now` be read under the lock.
pub(crate) async fn begin(tx: &mut Tx, mailbox: Uuid, now: Timestamp) -> QueryResult<Uuid> {
    diesel::delete(arrivals::table)
        .filter(arrivals::mailbox_id.eq(mailbox))
        .filter(arrivals::arrived_at.lt(forgotten(now)))
        .execute(tx)
        .await?;
    let id = Uuid::now_v7();
    diesel::insert_into(arrivals::table)
        .values((
            arrivals::id.eq(id),
            arrivals::mailbox_id.eq(mailbox),
            arrivals::arrived_at.eq(to_db(now)),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

/// The delivery was dealt with.
pub(crate) async fn end(tx: &mut Tx, id: Uuid) -> QueryResult<()> {
    diesel::delete(arrivals::table.find(id))
        .execute(tx)
        .await
        .map(drop)
}

/// When the oldest of those arrived that are still being judged.
pub(crate) async fn oldest(
    tx: &mut Tx,
    mailbox: Uuid,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    let oldest: Option<DbTimestamp> = arrivals::table
        .filter(arrivals::mailbox_id.eq(mailbox))
        .filter(arrivals::arrived_at.ge(forgotten(now)))
        .select(diesel::dsl::min(arrivals::arrived_at))
        .first(tx)
        .await?;
    Ok(oldest.map(from_db))
}
