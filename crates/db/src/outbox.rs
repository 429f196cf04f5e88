//! Events that wait for the broker. They are appended in the transaction of their cause, and leave it with it.

use crate::schema::outbox;
use crate::types::JsonText;
use crate::{Connection, Tx};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::RunQueryDsl;
use domain::event::Envelope;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use uuid::Uuid;

/// An event to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The row's, for [`delete`]. Says nothing about the order of commits.
    pub id: i64,
    pub event_id: Uuid,
    /// The routing key.
    pub event_type: String,
    /// The bytes for the bus.
    pub envelope: String,
    /// W3C trace context of the cause (`traceparent`, `tracestate`).
    pub trace: BTreeMap<String, String>,
}

/// Appends `envelope` in the transaction of its cause, with the `trace` context that goes into the message's headers.
/// Polled together with another statement, it shares its round trip.
///
/// # Errors
/// A `SerializationError` if the envelope cannot be written; the database's.
pub async fn append(
    tx: &Tx,
    envelope: &Envelope,
    trace: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let text = envelope.to_json().map_err(unwritable)?;
    let trace = serde_json::to_string(trace).map_err(unwritable)?;
    let mut conn: &Connection = tx;
    diesel::insert_into(outbox::table)
        .values((
            outbox::event_id.eq(envelope.id.uuid()),
            outbox::event_type.eq(envelope.event.kind()),
            outbox::envelope.eq(text),
            outbox::trace.eq(JsonText::new(trace)),
        ))
        .execute(&mut conn)
        .await?;
    tx.appended.store(true, Ordering::Relaxed);
    Ok(())
}

/// The oldest `limit` rows by id. Always from the beginning, never from the last id seen: a transaction that took its id
/// earlier may commit later.
///
/// # Errors
/// The database's.
pub async fn batch(conn: &mut Connection, limit: i64) -> Result<Vec<OutboxRow>, Error> {
    let rows = outbox::table
        .select((
            outbox::id,
            outbox::event_id,
            outbox::event_type,
            outbox::envelope,
            outbox::trace,
        ))
        .order(outbox::id)
        .limit(limit)
        .load::<(i64, Uuid, String, String, JsonText)>(conn)
        .await?;
    let row = |(id, event_id, event_type, envelope, trace): (_, _, _, _, JsonText)| OutboxRow {
        id,
        event_id,
        event_type,
        envelope,
        // A trace that cannot be read must not keep its event back.
        trace: serde_json::from_str(trace.as_str()).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Forgets what the broker confirmed. Returns how many rows were there.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut Connection, ids: &[i64]) -> Result<usize, Error> {
    diesel::delete(outbox::table.filter(outbox::id.eq_any(ids)))
        .execute(conn)
        .await
}

/// Beyond so many rows a backlog is not counted: counting a million would hold up the relay that works them off.
const COUNTED: i64 = 100_000;

/// How much waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// At most 100,000, however many there are.
    pub rows: i64,
    /// Since when the oldest waits, in real time; `None` where nothing does.
    pub age: Option<Duration>,
}

#[derive(QueryableByName)]
struct BacklogRow {
    #[diesel(sql_type = BigInt)]
    depth: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    age_us: Option<i64>,
}

/// How many events wait, and how long the oldest has.
///
/// # Errors
/// The database's.
pub async fn depth_and_age(conn: &mut Connection) -> Result<Backlog, Error> {
    let row: BacklogRow = crate::statement(
        "SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS first) AS depth, \
         (SELECT (extract(epoch FROM clock_timestamp() - queued_at) * 1000000)::bigint \
          FROM outbox ORDER BY id LIMIT 1) AS age_us",
    )
    .bind::<BigInt, _>(COUNTED)
    .get_result(conn)
    .await?;
    let age = |us: i64| Duration::from_micros(u64::try_from(us).unwrap_or(0));
    Ok(Backlog {
        rows: row.depth,
        age: row.age_us.map(age),
    })
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::SerializationError(Box::new(error))
}
