//! The installation's clock: real time plus the offset in `noxpay.noxpay_clock`.

use crate::schema::noxpay_clock;
use crate::{Connection, WorkerPool};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncConnection, RunQueryDsl};
use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

mod sql {
    diesel::define_sql_function! {
        /// The clock of business rules, inside a query.
        #[sql_name = "noxpay.noxpay_now"]
        fn noxpay_now() -> Timestamptz;
    }

    diesel::define_sql_function! {
        /// Real time, also within a transaction.
        fn clock_timestamp() -> Timestamptz;
    }
}

pub use sql::noxpay_now;

/// How often a changed offset is looked for, in real time.
const DEVELOPMENT_POLL: Duration = Duration::from_secs(1);
const PRODUCTION_POLL: Duration = Duration::from_secs(60);

/// The clock's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRow {
    pub offset: SignedDuration,
    /// A constraint keeps the offset zero while this is set.
    pub production: bool,
}

/// The present moment of business rules, by the database's clock: what `noxpay.noxpay_now()` says, without the call, which
/// costs ten times as much. Every create and every settlement asks.
///
/// # Errors
/// The database's; a `DeserializationError` where the offset leads out of time.
pub async fn now(conn: &mut Connection) -> Result<Timestamp, Error> {
    let (real, offset) = noxpay_clock::table
        .select((sql::clock_timestamp(), noxpay_clock::offset_us))
        .first::<(jiff_diesel::Timestamp, i64)>(conn)
        .await?;
    real.to_jiff()
        .checked_add(SignedDuration::from_micros(offset))
        .map_err(|error| Error::DeserializationError(Box::new(error)))
}

/// Reads the clock's row.
///
/// # Errors
/// The database's.
pub async fn read(conn: &mut Connection) -> Result<ClockRow, Error> {
    let (offset_us, production) = noxpay_clock::table
        .select((noxpay_clock::offset_us, noxpay_clock::production))
        .first::<(i64, bool)>(conn)
        .await?;
    Ok(ClockRow {
        offset: SignedDuration::from_micros(offset_us),
        production,
    })
}

/// Takes the offset over into `clock` once: before a service begins its work.
///
/// # Errors
/// The database's.
pub async fn refresh_once(clock: &Clock, pool: &WorkerPool) -> Result<ClockRow, Error> {
    let row = read(&mut *pool.get().await?).await?;
    clock.set_offset(row.offset);
    Ok(row)
}

/// Keeps `clock` at the installation's offset until `stop`: within a second in development; in production, where it is
/// zero, a look per minute. While the database is away the last offset stays.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub async fn follow(
    clock: Clock,
    pool: WorkerPool,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    loop {
        let next = match refresh_once(&clock, &pool).await {
            Ok(row) if row.production => PRODUCTION_POLL,
            Ok(_) => DEVELOPMENT_POLL,
            Err(error) => {
                tracing::debug!(%error, "the clock's offset could not be read");
                DEVELOPMENT_POLL
            }
        };
        if pause(next, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

/// Moves the installation's clock, through a connection that may become `noxpay_owner`. For development and tests.
///
/// # Errors
/// `production_has_no_offset` (see [`crate::constraint_of`]) in production; the database's.
pub async fn set_offset(conn: &mut Connection, offset: SignedDuration) -> Result<(), Error> {
    let micros = i64::try_from(offset.as_micros())
        .map_err(|error| Error::SerializationError(Box::new(error)))?;
    as_owner(
        conn,
        diesel::sql_query("UPDATE noxpay.noxpay_clock SET offset_us = $1")
            .bind::<BigInt, _>(micros),
    )
    .await
}

/// Says whether this is a production installation.
///
/// # Errors
/// `production_has_no_offset` where the clock has been moved; the database's.
pub async fn set_production(conn: &mut Connection, production: bool) -> Result<(), Error> {
    as_owner(
        conn,
        diesel::sql_query("UPDATE noxpay.noxpay_clock SET production = $1")
            .bind::<Bool, _>(production),
    )
    .await
}

async fn as_owner<Q>(conn: &mut Connection, update: Q) -> Result<(), Error>
where
    Q: diesel_async::methods::ExecuteDsl<Connection> + Send + 'static,
{
    conn.transaction(async |conn| {
        diesel::sql_query("SET LOCAL ROLE noxpay_owner")
            .execute(conn)
            .await?;
        match Q::execute(update, conn).await? {
            1 => Ok(()),
            _ => Err(Error::NotFound),
        }
    })
    .await
}
