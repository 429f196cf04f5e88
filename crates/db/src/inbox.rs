//! Events that were handled, so that a redelivery changes nothing. Natural keys protect beyond what is remembered here.

use crate::schema::inbox;
use crate::{Connection, Tx, WorkerPool, clock};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Array, Bool, SmallInt, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use domain::event::Envelope;
use domain::ids::EventId;
use jiff::Timestamp;
use runtime::backoff::{Woken, pause};
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Partitions of the table. Today's, tomorrow's and those of the 14 days before today are in use.
const SLOTS: i64 = 16;
const SECONDS_PER_DAY: i64 = 86_400;
const MAINTENANCE: Duration = Duration::from_secs(3600);

/// Remembers the event in the consumer's own transaction. False if it was handled before: acknowledge, do nothing.
///
/// A concurrent delivery of the same event waits here for the first one's end.
///
/// # Errors
/// The database's.
pub async fn first_time(tx: &mut Tx, envelope: &Envelope) -> Result<bool, Error> {
    let inserted = diesel::insert_into(inbox::table)
        .values((
            inbox::slot.eq(slot_of(day_of(envelope.time))),
            inbox::event_id.eq(envelope.id.uuid()),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(inserted == 1)
}

/// The same for many events at once: the ids of those that were not handled before.
///
/// # Errors
/// The database's.
pub async fn first_time_of(tx: &Tx, envelopes: &[&Envelope]) -> Result<HashSet<EventId>, Error> {
    let mut conn: &Connection = tx;
    #[derive(QueryableByName)]
    struct New {
        #[diesel(sql_type = SqlUuid)]
        event_id: Uuid,
    }
    let (slots, ids): (Vec<i16>, Vec<Uuid>) = envelopes
        .iter()
        .map(|envelope| (slot_of(day_of(envelope.time)), envelope.id.uuid()))
        .unzip();
    // In one order everywhere: two replicas that are given the same events wait for each other instead of dying.
    let new: Vec<New> = crate::statement(
        "INSERT INTO inbox (slot, event_id) \
         SELECT * FROM unnest($1::smallint[], $2::uuid[]) AS t(slot, event_id) ORDER BY 1, 2 \
         ON CONFLICT DO NOTHING RETURNING event_id",
    )
    .bind::<Array<SmallInt>, _>(slots)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(&mut conn)
    .await?;
    Ok(new
        .into_iter()
        .map(|row| EventId::from_uuid(row.event_id))
        .collect())
}

/// Empties the slot that tomorrow will use of what it remembers from 15 days ago: the last 14 days stay. Harmless to call
/// again, and while events of tomorrow already come (clocks differ): what is younger than a week is kept.
///
/// Returns whether there was anything to forget.
///
/// # Errors
/// The database's.
pub async fn empty_ahead(conn: &mut Connection, today: Timestamp) -> Result<bool, Error> {
    let partition = format!("inbox_{}", slot_of(day_of(today) + 1));
    if !any(conn, &partition, "<").await? {
        return Ok(false);
    }
    conn.transaction(async |conn| {
        conn.batch_execute(&format!("LOCK TABLE {partition} IN ACCESS EXCLUSIVE MODE"))
            .await?;
        let forget = if any(conn, &partition, ">=").await? {
            format!("DELETE FROM {partition} WHERE handled_at < {A_WEEK_AGO}")
        } else {
            format!("TRUNCATE {partition}")
        };
        conn.batch_execute(&forget).await
    })
    .await?;
    Ok(true)
}

const A_WEEK_AGO: &str = "clock_timestamp() - interval '7 days'";

async fn any(conn: &mut Connection, partition: &str, comparison: &str) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let sql = format!(
        "SELECT EXISTS (SELECT FROM {partition} WHERE handled_at {comparison} {A_WEEK_AGO}) AS found"
    );
    let row: Found = diesel::sql_query(sql).get_result(conn).await?;
    Ok(row.found)
}

/// One round of [`maintain`].
///
/// # Errors
/// The database's.
pub async fn maintain_once(pool: &WorkerPool) -> Result<bool, Error> {
    let mut conn = pool.get().await?;
    let today = clock::now(&mut conn).await?;
    empty_ahead(&mut conn, today).await
}

/// Keeps the slot ahead empty until `stop`: a look at once, then every hour.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub async fn maintain(pool: WorkerPool, stop: CancellationToken) -> Result<(), Infallible> {
    loop {
        if let Err(error) = maintain_once(&pool).await {
            tracing::warn!(%error, "the inbox could not be tidied; the next try is in an hour");
        }
        if pause(MAINTENANCE, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

/// The event's own day, so that a redelivery past midnight meets the same partition.
fn day_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(SECONDS_PER_DAY)
}

fn slot_of(day: i64) -> i16 {
    i16::try_from(day.rem_euclid(SLOTS)).unwrap_or_default()
}
