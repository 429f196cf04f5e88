//! The merchant's events in one fixed order.
//!
//! A number is taken before its transaction commits, so that a reader who goes by numbers alone passes over what commits late.
//! The order is therefore that of transactions, then of numbers; and nothing is shown that an older transaction, still
//! open, may yet come before.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use uuid::Uuid;

#[derive(QueryableByName)]
pub(crate) struct FeedRow {
    #[diesel(sql_type = BigInt)]
    pub(crate) seq: i64,
    #[diesel(sql_type = SqlUuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = Text)]
    pub(crate) event_type: String,
    #[diesel(sql_type = SqlUuid)]
    pub(crate) object_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub(crate) sequence: i64,
    #[diesel(sql_type = SmallInt)]
    pub(crate) part: i16,
    #[diesel(sql_type = Timestamptz)]
    pub(crate) occurred_at: Timestamp,
    #[diesel(sql_type = Text)]
    pub(crate) body: String,
}

/// Whose feed: row-level security sees to it as well, but the index needs it said.
#[derive(Clone, Copy)]
pub(crate) struct Of {
    pub(crate) merchant: Uuid,
    pub(crate) live: bool,
}

/// Events after the one numbered `after` (0: from the beginning). `None` where there is no such event.
pub(crate) async fn after(
    conn: &mut db::Connection,
    of: Of,
    after: i64,
    types: Option<&[String]>,
    limit: i64,
) -> QueryResult<Option<Vec<FeedRow>>> {
    const SQL: &str = "
        SELECT seq, id, event_type, object_id, sequence, part, occurred_at, body FROM events
        WHERE merchant_id = $1 AND live = $2 AND (xid, seq) > ($3::xid8, $4)
          AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND ($5 IS NULL OR event_type = ANY ($5))
        ORDER BY xid, seq LIMIT $6";
    let place = match after {
        0 => Some("0".to_owned()),
        _ => place_of(conn, of, after).await?,
    };
    let Some(place) = place else { return Ok(None) };
    db::statement(SQL)
        .bind::<SqlUuid, _>(of.merchant)
        .bind::<Bool, _>(of.live)
        .bind::<Text, _>(place)
        .bind::<BigInt, _>(after)
        .bind::<Nullable<Array<Text>>, _>(types)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await
        .map(Some)
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    xid: String,
}

async fn place_of(conn: &mut db::Connection, of: Of, seq: i64) -> QueryResult<Option<String>> {
    let found: Option<Place> = db::statement(
        "SELECT xid::text AS xid FROM events WHERE merchant_id = $1 AND live = $2 AND seq = $3",
    )
    .bind::<SqlUuid, _>(of.merchant)
    .bind::<Bool, _>(of.live)
    .bind::<BigInt, _>(seq)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.map(|place| place.xid))
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The number of the newest event that is shown; 0 where there is none.
pub(crate) async fn newest(conn: &mut db::Connection, of: Of) -> QueryResult<i64> {
    let found: Option<Newest> = db::statement(
        "SELECT seq FROM events WHERE merchant_id = $1 AND live = $2 AND xid < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY xid DESC, seq DESC LIMIT 1",
    )
    .bind::<SqlUuid, _>(of.merchant)
    .bind::<Bool, _>(of.live)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.map_or(0, |newest| newest.seq))
}
