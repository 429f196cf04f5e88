//! Claim (short transaction), send (no transaction), finish (short transaction).

mod answer;
mod attempt;
mod pace;
mod settle;

use crate::rows::claim::{self, Claimed, Rooms};
use crate::rows::finish;
use crate::schedule::Schedule;
use db::WorkerPool;
use diesel::QueryResult;
use domain::Clock;
use pace::{Pace, Pulse};
use runtime::egress::HttpClient;
use runtime::{SealingKeys, Shutdown};
use settle::Over;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use attempt::plain_headers;

/// How often due deliveries are looked for when nothing wakes the sender.
const POLL: Duration = Duration::from_millis(250);
/// A claim outlives its attempt by this: room for a slow database before another replica takes it over.
const CLAIM_MARGIN: Duration = Duration::from_secs(20);
/// How often what waits for disabled endpoints is given up, and how much of it at once.
const SWEEP: Duration = Duration::from_secs(5);
const SWEPT_TOGETHER: i64 = 1_000;

/// Who posts to merchants' servers, through the egress guard.
#[derive(Clone)]
pub(crate) struct Postman {
    pub(crate) http: HttpClient,
}

/// What an attempt needs.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) worker: WorkerPool,
    pub(crate) postman: Postman,
    pub(crate) keys: Arc<SealingKeys>,
    /// Of endpoints with "standard" retries.
    pub(crate) schedule: Schedule,
    pub(crate) clock: Clock,
    /// For one attempt, with its answer.
    pub(crate) timeout: Duration,
    /// Attempts under way at once: of all endpoints, and of one.
    pub(crate) concurrency: usize,
    pub(crate) per_endpoint: usize,
    /// Fires when something may be due.
    pub(crate) due: Arc<Notify>,
    /// Fires when the feed has something new.
    pub(crate) fed: Arc<Notify>,
}

impl Deref for Sender {
    type Target = Postman;
    fn deref(&self) -> &Postman {
        &self.postman
    }
}

impl Sender {
    async fn claim(&self, rooms: &Rooms) -> QueryResult<Vec<Claimed>> {
        let mut conn = self.worker.get().await?;
        let (hold, begun) = (self.timeout + CLAIM_MARGIN, Instant::now());
        let claimed = claim::claim(&mut conn, Uuid::new_v4(), rooms, hold).await?;
        metrics::histogram!("noxpay_webhook_claim_seconds").record(begun.elapsed());
        metrics::counter!("noxpay_webhook_claimed_total")
            .increment(u64::try_from(claimed.len()).unwrap_or(u64::MAX));
        Ok(claimed)
    }
}

/// Sends until the soft token fires. What is claimed then is still sent; what is not claimed stays due.
pub(crate) async fn run(sender: Sender, shutdown: Shutdown) -> Result<(), Infallible> {
    let pace = Arc::new(Mutex::new(Pace::new(
        sender.concurrency,
        sender.per_endpoint,
    )));
    let (over, settled) = mpsc::unbounded_channel();
    shutdown.spawn(
        "settler",
        sender.clone().settle(settled, shutdown.hard.clone()),
    );
    while !shutdown.soft.is_cancelled() {
        let mut again = false;
        let rooms = lock(&pace).rooms();
        if let Some(rooms) = rooms {
            let claimed = sender.claim(&rooms).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "due deliveries could not be claimed");
                Vec::new()
            });
            again = lock(&pace).begin(&rooms, claimed.iter().map(|c| c.endpoint_id));
            for delivery in claimed {
                let (sender, pace, over) = (sender.clone(), pace.clone(), over.clone());
                shutdown.spawn_job("delivery", async move {
                    deliver(&sender, &pace, &over, delivery).await;
                });
            }
        }
        gauges(&pace);
        if again {
            continue;
        }
        // There may be more for endpoints that had no room: whoever makes room says so.
        tokio::select! {
            () = shutdown.soft.cancelled() => {}
            () = sender.due.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    Ok(())
}

async fn deliver(
    sender: &Sender,
    pace: &Mutex<Pace>,
    over: &mpsc::UnboundedSender<Over>,
    delivery: Claimed,
) {
    let endpoint = delivery.endpoint_id;
    let (finished, silent) = sender.attempt(delivery).await;
    let pulse = if silent {
        Pulse::Silent
    } else {
        Pulse::Answered
    };
    // One that wants nothing more is given nothing more before that is stored.
    let gone = finished.gone;
    if !gone && lock(pace).answered(endpoint, pulse) {
        sender.due.notify_one();
    }
    let (stored, is_stored) = oneshot::channel();
    // The settler ends after the last of these does.
    if over.send(Over { finished, stored }).is_ok() {
        // Of all together it takes room until it is stored: else a slow database would be given ever more to store.
        let _ = is_stored.await;
    }
    let mut wanting = gone && lock(pace).answered(endpoint, pulse);
    wanting |= lock(pace).stored();
    if wanting {
        sender.due.notify_one();
    }
}

fn lock(pace: &Mutex<Pace>) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gauges(pace: &Mutex<Pace>) {
    let pace = lock(pace);
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    metrics::gauge!("noxpay_webhook_attempts_in_flight").set(number(pace.in_flight()));
    metrics::gauge!("noxpay_webhook_endpoints_silent").set(number(pace.open()));
}

/// Gives up what waits for endpoints that were disabled or deleted, until `stop`.
pub(crate) async fn sweep(worker: WorkerPool, stop: CancellationToken) -> Result<(), Infallible> {
    loop {
        let swept = async {
            let mut conn = worker.get().await?;
            finish::give_up_disabled(&mut conn, SWEPT_TOGETHER).await
        };
        let more = match swept.await {
            Ok(given_up) => i64::try_from(given_up).is_ok_and(|n| n >= SWEPT_TOGETHER),
            Err(error) => {
                tracing::warn!(%error, "deliveries to disabled endpoints could not be given up yet");
                false
            }
        };
        let pause = if more { Duration::ZERO } else { SWEEP };
        if runtime::backoff::pause(pause, &stop).await == runtime::backoff::Woken::Stopping {
            return Ok(());
        }
    }
}
