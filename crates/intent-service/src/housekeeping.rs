//! What need not be kept for ever.

use crate::core::Core;
use crate::error::Error;
use db::{clock, idempotency};
use jiff::SignedDuration;
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Clients may repeat a request for a day; a day more for those that count from another midnight.
const REMEMBER_KEYS: SignedDuration = SignedDuration::from_hours(48);
const PAUSE: Duration = Duration::from_secs(3600);

/// Forgets idempotency keys that nobody may still use. Returns how many.
///
/// # Errors
/// The database's.
pub async fn run_once(core: &Core) -> Result<usize, Error> {
    let mut conn = core.databases.worker.get().await?;
    let now = clock::now(&mut conn).await?;
    match now.checked_sub(REMEMBER_KEYS) {
        Ok(before) => Ok(idempotency::forget_before(&mut conn, before).await?),
        Err(_) => Ok(0),
    }
}

/// Once an hour, until `soft` fires.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub async fn run(core: Core, soft: CancellationToken) -> Result<(), Infallible> {
    loop {
        if let Err(error) = run_once(&core).await {
            tracing::warn!(%error, "old keys stay for another hour");
        }
        if pause(PAUSE, &soft).await == Woken::Stopping {
            return Ok(());
        }
    }
}
