//! What need not be kept for ever, and what is looked at again.

use crate::app::{App, Shared};
use crate::rows::body;
use db::clock;
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(3600);
/// Bodies that are dropped in one statement.
const BATCH: i64 = 500;

/// Drops the bodies whose time is over, a batch at a time. Returns how many.
///
/// # Errors
/// The database's.
async fn run_once(app: &App) -> Result<usize, diesel::result::Error> {
    let now = clock::now(&mut *app.db.worker.get().await?).await?;
    let Ok(before) = now.checked_sub(app.keep_bodies) else {
        return Ok(0);
    };
    let mut dropped = 0;
    loop {
        let batch = body::drop_before(&mut *app.db.worker.get().await?, before, BATCH).await?;
        dropped += batch;
        if i64::try_from(batch).unwrap_or(BATCH) < BATCH {
            return Ok(dropped);
        }
    }
}

async fn round(app: &App) {
    match run_once(app).await {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "dropped old mails' bodies"),
        Err(error) => tracing::warn!(%error, "old mails' bodies stay for another hour"),
    }
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
