//! Merchant events and the deliveries that they cause.

use db::types::JsonText;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Json, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// How long a missing bus event is waited for, and how long a delivery goes before those that follow it. Past that, they go
/// first: each carries its number and a full snapshot.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// What a merchant is told: the bytes that are stored are the bytes that are signed and sent.
pub(crate) struct NewEvent {
    /// The id that the merchant sees; stable over every attempt.
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    /// Its cause. With the type it says what was told already.
    pub(crate) bus_event_id: Uuid,
    pub(crate) event_type: &'static str,
    pub(crate) object_kind: &'static str,
    pub(crate) object_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) part: i16,
    pub(crate) body: String,
    pub(crate) trace: JsonText,
    pub(crate) occurred_at: Timestamp,
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Stores events in the order given, which is the feed's. Gives back the ids of those that were not told before (beyond what
/// the inbox remembers).
pub(crate) async fn insert(
    mut conn: &db::Connection,
    events: &[&NewEvent],
) -> QueryResult<HashSet<Uuid>> {
    const SQL: &str = "
        INSERT INTO events (id, merchant_id, live, bus_event_id, event_type, object_kind, object_id, sequence, part, body,
                            trace, occurred_at)
        SELECT id, merchant_id, live, bus_event_id, event_type, object_kind, object_id, sequence, part, body, trace,
               occurred_at
        FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::bigint[],
                    $9::smallint[], $10::text[], $11::json[], $12::timestamptz[]) WITH ORDINALITY
             AS t(id, merchant_id, live, bus_event_id, event_type, object_kind, object_id, sequence, part, body, trace,
                  occurred_at, place)
        ORDER BY place
        ON CONFLICT ON CONSTRAINT told_once DO NOTHING RETURNING id";
    let inserted: Vec<Inserted> = db::statement(SQL)
        .bind::<Array<SqlUuid>, _>(column(events, |e| e.id))
        .bind::<Array<SqlUuid>, _>(column(events, |e| e.merchant_id))
        .bind::<Array<Bool>, _>(column(events, |e| e.live))
        .bind::<Array<SqlUuid>, _>(column(events, |e| e.bus_event_id))
        .bind::<Array<Text>, _>(column(events, |e| e.event_type))
        .bind::<Array<Text>, _>(column(events, |e| e.object_kind))
        .bind::<Array<SqlUuid>, _>(column(events, |e| e.object_id))
        .bind::<Array<BigInt>, _>(column(events, |e| e.sequence))
        .bind::<Array<SmallInt>, _>(column(events, |e| e.part))
        .bind::<Array<Text>, _>(column(events, |e| e.body.as_str()))
        .bind::<Array<Json>, _>(column(events, |e| e.trace.clone()))
        .bind::<Array<Timestamptz>, _>(column(events, |e| e.occurred_at))
        .load(&mut conn)
        .await?;
    Ok(inserted.into_iter().map(|row| row.id).collect())
}

/// An event on its way to one endpoint.
pub(crate) struct NewDelivery<'a> {
    pub(crate) id: Uuid,
    pub(crate) event: &'a NewEvent,
    pub(crate) endpoint_id: Uuid,
    /// The event in another dialect's form.
    pub(crate) body: Option<String>,
    /// An earlier bus event of its object is missing.
    pub(crate) held: bool,
}

/// Due at once, or when what is missing comes, or when those before it of the same object and endpoint have had their time.
pub(crate) async fn deliver(
    conn: &mut db::Connection,
    deliveries: &[NewDelivery<'_>],
) -> QueryResult<usize> {
    const SQL: &str = "
        WITH clock AS MATERIALIZED (SELECT noxpay_now() AS now)
        INSERT INTO deliveries (id, merchant_id, live, event_id, endpoint_id, object_id, sequence, part, body, held,
                                created_at, next_attempt_at, blocks_until)
        SELECT t.id, merchant_id, live, event_id, t.endpoint_id, t.object_id, t.sequence, t.part, t.body, t.held, now,
               greatest(now + CASE WHEN t.held THEN $11 ELSE 0 END * interval '1 millisecond', (
                   SELECT max(least(e.next_attempt_at, e.blocks_until)) FROM deliveries e
                   WHERE e.endpoint_id = t.endpoint_id AND e.object_id = t.object_id AND e.state = 'pending'
                     AND (e.sequence, e.part) < (t.sequence, t.part) AND e.attempts > e.attempts_before)),
               now + CASE WHEN t.held THEN 2 * $11 ELSE $11 END * interval '1 millisecond'
        FROM clock, unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[],
                    $8::smallint[], $9::text[], $10::boolean[])
             AS t(id, merchant_id, live, event_id, endpoint_id, object_id, sequence, part, body, held)";
    db::statement(SQL)
        .bind::<Array<SqlUuid>, _>(column(deliveries, |d| d.id))
        .bind::<Array<SqlUuid>, _>(column(deliveries, |d| d.event.merchant_id))
        .bind::<Array<Bool>, _>(column(deliveries, |d| d.event.live))
        .bind::<Array<SqlUuid>, _>(column(deliveries, |d| d.event.id))
        .bind::<Array<SqlUuid>, _>(column(deliveries, |d| d.endpoint_id))
        .bind::<Array<SqlUuid>, _>(column(deliveries, |d| d.event.object_id))
        .bind::<Array<BigInt>, _>(column(deliveries, |d| d.event.sequence))
        .bind::<Array<SmallInt>, _>(column(deliveries, |d| d.event.part))
        .bind::<Array<Nullable<Text>>, _>(column(deliveries, |d| d.body.as_deref()))
        .bind::<Array<Bool>, _>(column(deliveries, |d| d.held))
        .bind::<BigInt, _>(millis(PATIENCE))
        .execute(conn)
        .await
}

/// What waited behind gaps that are filled now is due. `objects` with the number up to which all is stored.
pub(crate) async fn release(
    conn: &mut db::Connection,
    objects: &[(Uuid, i64)],
) -> QueryResult<usize> {
    let (ids, numbers): (Vec<Uuid>, Vec<i64>) = objects.iter().copied().unzip();
    db::statement(
        "WITH clock AS MATERIALIZED (SELECT noxpay_now() AS now)
         UPDATE deliveries d SET held = false, next_attempt_at = least(d.next_attempt_at, now),
             blocks_until = least(d.blocks_until, now + $3 * interval '1 millisecond')
         FROM clock, unnest($1::uuid[], $2::bigint[]) AS t(id, number)
         WHERE d.object_id = t.id AND d.held AND d.sequence <= t.number",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(numbers)
    .bind::<BigInt, _>(millis(PATIENCE))
    .execute(conn)
    .await
}

pub(super) fn column<'a, T, C>(rows: &'a [T], of: impl Fn(&'a T) -> C) -> Vec<C> {
    rows.iter().map(of).collect()
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
