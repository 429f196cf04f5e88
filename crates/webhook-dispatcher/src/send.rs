//! Claim (short transaction), send (no transaction), finish (short transaction).

mod attempt;

use crate::rows::deliveries::{self, Claimed};
use crate::schedule::Schedule;
use db::WorkerPool;
use diesel::QueryResult;
use domain::Clock;
use runtime::egress::HttpClient;
use runtime::{SealingKeys, Shutdown};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

/// How often due deliveries are looked for when nothing wakes the sender.
const POLL: Duration = Duration::from_millis(250);
/// A claim outlives its attempt by this: room for a slow database before another replica takes it over.
const CLAIM_MARGIN: Duration = Duration::from_secs(20);

/// What an attempt needs.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) worker: WorkerPool,
    pub(crate) http: HttpClient,
    pub(crate) keys: Arc<SealingKeys>,
    pub(crate) schedule: Schedule,
    pub(crate) clock: Clock,
    pub(crate) timeout: Duration,
}

impl Sender {
    /// Claims up to `most` due deliveries.
    async fn claim(&self, most: usize) -> QueryResult<Vec<Claimed>> {
        let mut conn = self.worker.get().await?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let hold = self.timeout + CLAIM_MARGIN;
        deliveries::claim(&mut conn, Uuid::new_v4(), most, hold).await
    }
}

/// Sends until the soft token fires. What is claimed then is still sent; what is not claimed stays due.
pub(crate) async fn run(
    sender: Sender,
    concurrency: usize,
    due: Arc<Notify>,
    shutdown: Shutdown,
) -> Result<(), Infallible> {
    let slots = Arc::new(Semaphore::new(concurrency.max(1)));
    loop {
        // Only as much is claimed as can be sent now: the rest is left to other replicas.
        let free = tokio::select! {
            () = shutdown.soft.cancelled() => return Ok(()),
            permit = slots.clone().acquire_owned() => permit,
        };
        let Ok(first) = free else { return Ok(()) };
        let room = 1 + slots.available_permits();
        let claimed = sender.claim(room).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "due deliveries could not be claimed");
            Vec::new()
        });
        drop(first);
        if claimed.is_empty() {
            tokio::select! {
                () = shutdown.soft.cancelled() => return Ok(()),
                () = due.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
            continue;
        }
        for delivery in claimed {
            let Ok(permit) = slots.clone().acquire_owned().await else {
                return Ok(());
            };
            let sender = sender.clone();
            shutdown.spawn_job("delivery", async move {
                sender.deliver(delivery).await;
                drop(permit);
            });
        }
    }
}
