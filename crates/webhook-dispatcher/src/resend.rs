//! Works off what merchants asked to be sent again, at a pace that leaves room for what is new.

use crate::rows::resends::Resend;
use db::WorkerPool;
use diesel::QueryResult;
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Deliveries made due in one step, and the pause after it: at most 200 a second over all merchants.
const STEP: i64 = 100;
const PAUSE: Duration = Duration::from_millis(500);

/// Until `stop`.
pub(crate) async fn run(
    worker: WorkerPool,
    due: Arc<Notify>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    loop {
        match step(&worker).await {
            Ok(0) => {}
            Ok(_) => due.notify_one(),
            Err(error) => tracing::warn!(%error, "what failed could not be made due again yet"),
        }
        if pause(PAUSE, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

/// How many deliveries were made due.
async fn step(worker: &WorkerPool) -> QueryResult<usize> {
    worker
        .transaction(async |tx| -> QueryResult<_> {
            match Resend::next(tx).await? {
                Some(resend) => resend.step(tx, STEP).await,
                None => Ok(0),
            }
        })
        .await
}
