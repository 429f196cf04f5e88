//! Revocations reach every replica through PostgreSQL's NOTIFY.

use super::Verified;
use crate::merchants::credential::CHANNEL;
use db::{Connection, WorkerPool};
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::pooled_connection::deadpool::Object;
use domain::ids::MerchantId;
use futures_util::StreamExt as _;
use runtime::health::HealthFlag;
use runtime::{Backoff, backoff::Woken};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often the link proves that it is alive. While it does not, what is remembered is asked for again after a second.
const HEARTBEAT: Duration = Duration::from_millis(400);
const ANSWER: Duration = Duration::from_millis(500);

/// Keeps the link up until `stop`, and says so by `health`.
pub(crate) async fn listen(
    pool: WorkerPool,
    verified: Verified,
    health: HealthFlag,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut backoff = Backoff::new(
        Duration::from_millis(100),
        Duration::from_secs(2),
        runtime::backoff::Jitter::Percent(25),
    );
    loop {
        let session = session(&pool, &verified, &health, &mut backoff);
        match stop.run_until_cancelled(session).await {
            None => return Ok(()),
            Some(Ok(never)) => match never {},
            Some(Err(error)) => {
                tracing::debug!(%error, "the link for revocations is down");
                health.down("PostgreSQL does not answer");
            }
        }
        if backoff.wait(&stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum LinkError {
    #[error("PostgreSQL does not answer")]
    Silent,
    #[error("PostgreSQL closed the link for revocations")]
    Closed,
    #[error("PostgreSQL: {0}")]
    Database(#[from] diesel::result::Error),
}

async fn session(
    pool: &WorkerPool,
    verified: &Verified,
    health: &HealthFlag,
    backoff: &mut Backoff,
) -> Result<Infallible, LinkError> {
    // It never goes back to the pool: whoever got it next would listen too.
    let mut link: Connection = Object::take(pool.get().await?);
    link.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    // Anything may have been revoked since the last link.
    verified.forget_all();
    verified.heard(Instant::now());
    health.up();
    backoff.reset();
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        let told = {
            let mut notifications = std::pin::pin!(link.notifications_stream());
            tokio::select! {
                told = notifications.next() => Some(told.ok_or(LinkError::Closed)??),
                _ = heartbeat.tick() => None,
            }
        };
        match told {
            Some(told) => match told.payload.parse::<MerchantId>() {
                Ok(merchant) => verified.forget_merchant(merchant),
                // Whoever wrote this means something: better to ask again for everybody.
                Err(_) => verified.forget_all(),
            },
            None => {
                let at = Instant::now();
                let alive = link.batch_execute("SELECT 1");
                tokio::time::timeout(ANSWER, alive)
                    .await
                    .map_err(|_| LinkError::Silent)??;
                verified.heard(at);
            }
        }
    }
}
