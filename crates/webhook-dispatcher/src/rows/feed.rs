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

/// What is after an event.
pub(crate) enum Page {
    Events(Vec<FeedRow>),
    /// Some of it is not kept any more. What is left comes after this number.
    Gone {
        up_to: i64,
    },
    /// There was never an event of that number.
    Unknown,
}

/// Events after the one numbered `after` (0: from the beginning of what is kept).
pub(crate) async fn after(
    conn: &mut db::Connection,
    of: Of,
    after: i64,
    types: Option<&[String]>,
    limit: i64,
) -> QueryResult<Page> {
    // What is dropped after the place was found is seen here: then there are no rows.
    const SQL: &str = "
        SELECT seq, id, event_type, object_id, sequence, part, occurred_at, body FROM events
        WHERE merchant_id = $1 AND live = $2 AND (xid, seq) > ($3::xid8, $4)
          AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND ($5 IS NULL OR event_type = ANY ($5))
          AND NOT EXISTS (SELECT FROM feeds f
                          WHERE f.merchant_id = $1 AND f.live = $2 AND (f.gone_xid, f.gone_seq) > ($3::xid8, $4))
        ORDER BY xid, seq LIMIT $6";
    let place = match after {
        0 => Gone::of(conn, of)
            .await?
            .map_or_else(Place::beginning, Gone::place),
        _ => match Place::of_event(conn, of, after).await? {
            Some(place) => place,
            None => match Gone::of(conn, of).await? {
                Some(gone) if gone.seq == after => gone.place(),
                Some(gone) if after <= gone.highest_seq => {
                    return Ok(Page::Gone { up_to: gone.seq });
                }
                _ => return Ok(Page::Unknown),
            },
        },
    };
    let rows: Vec<FeedRow> = db::statement(SQL)
        .bind::<SqlUuid, _>(of.merchant)
        .bind::<Bool, _>(of.live)
        .bind::<Text, _>(&place.xid)
        .bind::<BigInt, _>(place.seq)
        .bind::<Nullable<Array<Text>>, _>(types)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    // At the beginning nothing is missed: what is left is there at the next look.
    if rows.is_empty()
        && after != 0
        && let Some(gone) = Gone::beyond(conn, of, &place).await?
    {
        return Ok(Page::Gone { up_to: gone.seq });
    }
    Ok(Page::Events(rows))
}

/// Where an event stands in the feed.
#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    xid: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

impl Place {
    fn beginning() -> Self {
        Self {
            xid: "0".to_owned(),
            seq: 0,
        }
    }

    async fn of_event(conn: &mut db::Connection, of: Of, seq: i64) -> QueryResult<Option<Self>> {
        db::statement(
            "SELECT xid::text AS xid, seq FROM events WHERE merchant_id = $1 AND live = $2 AND seq = $3",
        )
        .bind::<SqlUuid, _>(of.merchant)
        .bind::<Bool, _>(of.live)
        .bind::<BigInt, _>(seq)
        .get_result(conn)
        .await
        .optional()
    }
}

/// How far the feed is gone: what was dropped last, and the highest number that was. What is older and still there waits to
/// be delivered, and is not shown.
#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Text)]
    xid: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    highest_seq: i64,
}

impl Gone {
    async fn of(conn: &mut db::Connection, of: Of) -> QueryResult<Option<Self>> {
        Self::beyond(conn, of, &Place::beginning()).await
    }

    /// `None` where nothing behind `place` was dropped.
    async fn beyond(conn: &mut db::Connection, of: Of, place: &Place) -> QueryResult<Option<Self>> {
        db::statement(
            "SELECT gone_xid::text AS xid, gone_seq AS seq, highest_seq FROM feeds
             WHERE merchant_id = $1 AND live = $2 AND (gone_xid, gone_seq) > ($3::xid8, $4)",
        )
        .bind::<SqlUuid, _>(of.merchant)
        .bind::<Bool, _>(of.live)
        .bind::<Text, _>(&place.xid)
        .bind::<BigInt, _>(place.seq)
        .get_result(conn)
        .await
        .optional()
    }

    fn place(self) -> Place {
        Place {
            xid: self.xid,
            seq: self.seq,
        }
    }
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The number of the newest event that is shown, or was; 0 where there was none.
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
    let newest = found.map_or(0, |newest| newest.seq);
    // Where all of it is gone, or what is left waits to be delivered.
    let gone = match Place::of_event(conn, of, newest).await? {
        Some(place) => Gone::beyond(conn, of, &place).await?,
        None => Gone::of(conn, of).await?,
    };
    Ok(gone.map_or(newest, |gone| gone.seq))
}
