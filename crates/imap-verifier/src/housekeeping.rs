//! What need not be kept for ever, and what is looked at again.

use crate::app::{App, Shared};
use crate::rows::{body, waiting};
use db::{Connection, clock};
use diesel::QueryResult;
use jiff::{SignedDuration, Timestamp};
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(3600);
/// Rows that are dropped in one statement.
const BATCH: i64 = 500;

/// Drops what is older than `age`, a batch at a time, by a statement that drops the oldest before a moment. Returns how many.
///
/// # Errors
/// The database's.
async fn drop_older<D>(app: &App, age: SignedDuration, drop_before: D) -> QueryResult<usize>
where
    D: AsyncFn(&mut Connection, Timestamp, i64) -> QueryResult<usize>,
{
    let mut conn = app.db.worker.get().await?;
    let now = clock::now(&mut conn).await?;
    let Ok(before) = now.checked_sub(age) else {
        return Ok(0);
    };
    let mut dropped = 0;
    loop {
        let batch = drop_before(&mut conn, before, BATCH).await?;
        dropped += batch;
        if i64::try_from(batch).unwrap_or(BATCH) < BATCH {
            return Ok(dropped);
        }
    }
}

fn report(what: &str, dropped: QueryResult<usize>) {
    match dropped {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "dropped {what}"),
        Err(error) => tracing::warn!(%error, "{what} stay for another hour"),
    }
}

async fn round(app: &App) {
    let bodies = drop_older(app, app.keep_bodies, body::drop_before).await;
    report("old mails' bodies", bodies);
    let waiting = drop_older(app, app.reading.phone_age, waiting::drop_before).await;
    report("messages that waited for too long", waiting);
    match app.keys.refresh().await {
        Ok(0) => {}
        Ok(standing) => tracing::info!(standing, "kept DKIM keys still stand in DNS"),
        Err(error) => tracing::warn!(%error, "kept DKIM keys are looked at again in an hour"),
    }
}

/// At once, then once an hour, until shutdown.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub(crate) async fn run(app: Shared) -> Result<(), Infallible> {
    loop {
        // Whatever is left of a round is the next one's.
        let round = app.shutdown.soft.run_until_cancelled(round(&app));
        round.await;
        if pause(PAUSE, &app.shutdown.soft).await == Woken::Stopping {
            return Ok(());
        }
    }
}
