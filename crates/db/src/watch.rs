//! Whether PostgreSQL answers, as pushed state: probes themselves never wait for it.

use crate::Databases;
use runtime::backoff::{Woken, pause};
use runtime::health::HealthFlag;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is asked while it answers, and while it does not.
const WELL: Duration = Duration::from_secs(2);
const AWAY: Duration = Duration::from_millis(500);

/// Asks through both pools until `stop`.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub async fn watch(
    databases: Databases,
    flag: HealthFlag,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    loop {
        let reached = async {
            databases.request.ping().await?;
            databases.worker.get().await.map(drop)
        };
        // The error itself may name hosts and roles.
        let reached = reached.await.map_err(|_| "does not answer");
        flag.set_from(&reached);
        let next = if reached.is_ok() { WELL } else { AWAY };
        if pause(next, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}
