//! Waiting for what another task or process does: no fixed sleep.

use std::fmt::Debug;
use std::future::Future;
use std::panic::Location;
use std::time::{Duration, Instant};

/// Enough for anything on a busy machine; a test that passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(20);

/// Asks `probe` every 20 ms until it answers `Ok`. `Err` holds what was seen instead.
///
/// ```no_run
/// # async fn status() -> &'static str { "settled" }
/// # async fn test() {
/// use testkit::wait;
/// wait::until(wait::PATIENCE, async || match status().await {
///     "settled" => Ok(()),
///     other => Err(other),
/// })
/// .await;
/// # }
/// ```
///
/// # Panics
/// After `patience`, at the caller's line, with what was seen last.
#[track_caller]
pub fn until<T, S, P>(patience: Duration, mut probe: P) -> impl Future<Output = T>
where
    P: AsyncFnMut() -> Result<T, S>,
    S: Debug,
{
    let caller = Location::caller();
    async move {
        let deadline = Instant::now() + patience;
        loop {
            let seen = match probe().await {
                Ok(value) => return value,
                Err(seen) => seen,
            };
            assert!(
                Instant::now() < deadline,
                "{caller}: waited {patience:?}; last seen: {seen:?}"
            );
            tokio::time::sleep(POLL).await;
        }
    }
}
