//! What is kept long enough: events, their deliveries and attempts, dropped a few at a time.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// Where a round stands: what comes next is younger.
#[derive(Clone, Copy, QueryableByName)]
pub(crate) struct Place {
    #[diesel(sql_type = Timestamptz)]
    stored_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

#[derive(QueryableByName)]
pub(crate) struct Old {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    deliveries: i64,
    #[diesel(embed)]
    pub(crate) place: Place,
}

/// The oldest events that were stored before `before`, beyond `beyond`: as many as have `most` rows together, with their
/// deliveries and attempts, or one that has more.
pub(crate) async fn next(
    conn: &mut db::Connection,
    before: Timestamp,
    beyond: Option<Place>,
    most: i64,
) -> QueryResult<Vec<Old>> {
    const SQL: &str = "
        SELECT id, deliveries, stored_at, seq FROM (
            SELECT e.id, e.stored_at, e.seq, x.deliveries, 1 + x.deliveries + x.attempts AS rows,
                   sum(1 + x.deliveries + x.attempts) OVER (ORDER BY e.stored_at, e.seq) AS rows_so_far
            FROM (SELECT id, stored_at, seq FROM events
                  WHERE stored_at < $1 AND (stored_at, seq) > ($2, $3) ORDER BY stored_at, seq LIMIT $4) e
                 CROSS JOIN LATERAL (SELECT count(*) AS deliveries, coalesce(sum(d.attempts), 0) AS attempts
                                     FROM deliveries d WHERE d.event_id = e.id) x
        ) counted
        WHERE rows_so_far - rows < $4 ORDER BY stored_at, seq";
    let (stored_at, seq) = match beyond {
        Some(place) => (place.stored_at, place.seq),
        None => (db::types::to_db(jiff::Timestamp::UNIX_EPOCH), 0),
    };
    db::statement(SQL)
        .bind::<Timestamptz, _>(before)
        .bind::<Timestamptz, _>(stored_at)
        .bind::<BigInt, _>(seq)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await
}

/// Drops those of `old` whose deliveries are all over. One that waits, or that somebody works on just now, keeps its event. Gives
/// back how many events there were.
pub(crate) async fn drop_over(conn: &mut db::Connection, old: &[Old]) -> QueryResult<usize> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        event_id: Uuid,
        #[diesel(sql_type = Bool)]
        over: bool,
    }
    #[derive(QueryableByName)]
    struct Dropped {
        #[diesel(sql_type = BigInt)]
        dropped: i64,
    }
    let ids: Vec<Uuid> = old.iter().map(|event| event.id).collect();
    // Locked, so that no resend begins in between.
    let locked: Vec<Locked> = db::statement(
        "SELECT id, event_id, state <> 'pending' AS over FROM deliveries WHERE event_id = ANY ($1) \
         FOR UPDATE SKIP LOCKED",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)
    .await?;
    let mut over: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for delivery in locked.iter().filter(|delivery| delivery.over) {
        let of_event = over.entry(delivery.event_id).or_default();
        of_event.push(delivery.id);
    }
    let (mut events, mut deliveries) = (Vec::new(), Vec::new());
    for event in old {
        let mine = over.remove(&event.id).unwrap_or_default();
        if i64::try_from(mine.len()).is_ok_and(|over| over == event.deliveries) {
            events.push(event.id);
            deliveries.extend(mine);
        }
    }
    if events.is_empty() {
        return Ok(0);
    }
    // Foreign keys are looked at when the whole statement is done.
    const SQL: &str = "
        WITH a AS (DELETE FROM attempts WHERE delivery_id = ANY ($1)),
        d AS (DELETE FROM deliveries WHERE id = ANY ($1)),
        gone AS (DELETE FROM events WHERE id = ANY ($2) RETURNING merchant_id, live, xid, seq),
        feed AS (
            INSERT INTO feeds AS f (merchant_id, live, gone_xid, gone_seq, highest_seq)
            SELECT DISTINCT ON (merchant_id, live) merchant_id, live, xid, seq,
                   max(seq) OVER (PARTITION BY merchant_id, live)
            FROM gone ORDER BY merchant_id, live, xid DESC, seq DESC
            ON CONFLICT (merchant_id, live) DO UPDATE SET
                gone_seq = CASE WHEN (excluded.gone_xid, excluded.gone_seq) > (f.gone_xid, f.gone_seq)
                                THEN excluded.gone_seq ELSE f.gone_seq END,
                gone_xid = greatest(f.gone_xid, excluded.gone_xid),
                highest_seq = greatest(f.highest_seq, excluded.highest_seq)
        )
        SELECT count(*) AS dropped FROM gone";
    let counted: Dropped = db::statement(SQL)
        .bind::<Array<SqlUuid>, _>(deliveries)
        .bind::<Array<SqlUuid>, _>(events)
        .get_result(conn)
        .await?;
    Ok(usize::try_from(counted.dropped).unwrap_or_default())
}

/// Statements that drop, of what is over and hangs on nothing, as many as `$2` that ended before `$1`.
pub(crate) const FINISHED: [&str; 2] = [
    "DELETE FROM resends WHERE id IN (SELECT id FROM resends WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)",
    "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)",
];

/// One step of such a statement. Gives back whether there may be more.
pub(crate) async fn drop_finished(
    conn: &mut db::Connection,
    statement: &'static str,
    before: Timestamp,
    most: i64,
) -> QueryResult<bool> {
    let dropped = db::statement(statement)
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(most)
        .execute(conn)
        .await?;
    Ok(i64::try_from(dropped).is_ok_and(|dropped| dropped >= most))
}

/// Whether nobody else drops just now: two would only wait for each other. Until the transaction ends.
pub(crate) async fn is_alone(conn: &mut db::Connection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Alone {
        #[diesel(sql_type = Bool)]
        alone: bool,
    }
    let answer: Alone =
        db::statement("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS alone")
            .bind::<Text, _>("webhooks.events: retention")
            .get_result(conn)
            .await?;
    Ok(answer.alone)
}
