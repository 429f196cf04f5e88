//! Whether PostgreSQL answers, as pushed state.

use db::Databases;
use runtime::backoff::{Woken, pause};
use runtime::health::HealthFlag;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LOOK: Duration = Duration::from_secs(2);

/// Asks both pools until `stop`.
pub(crate) async fn follow_database(
    db: Databases,
    flag: HealthFlag,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    loop {
        let answers = async {
            db.request.ping().await?;
            db.worker.get().await.map(drop)
        };
        match answers.await {
            Ok(()) => flag.up(),
            // The error may name hosts and roles.
            Err(_) => flag.down("does not answer"),
        }
        if pause(LOOK, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}
