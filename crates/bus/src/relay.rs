//! Outbox rows → broker. A row is deleted only when the broker has the event safe.

mod leadership;
mod publishing;

use std::{
    collections::HashMap,
    convert::Infallible,
    time::{Duration, Instant},
};

use db::{Databases, OutboxWake, WorkerPool, outbox, outbox::OutboxRow};
use runtime::{
    Backoff, Shutdown,
    backoff::{Jitter, Woken},
};
use tokio_util::sync::CancellationToken;

use self::leadership::{Leadership, TTL};
use crate::{Bus, BusError, connection::Purpose, publisher::Publisher};

/// How many rows one pass takes: pipelines of 50 to 200 confirms are near the broker's best, more only costs memory.
const BATCH: i64 = 500;
/// How soon a row is found that another process committed; this process's own wake the relay at once.
const POLL: Duration = Duration::from_millis(200);
/// From a lost connection to an outage. Payments wait for this, so that it stays short.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// How often the backlog is measured.
const MEASURE: Duration = Duration::from_secs(5);

/// Publishes the outbox of one schema. One relay per schema works at a time, the others stand by.
pub struct Relay {
    bus: Bus,
    pool: WorkerPool,
    wake: OutboxWake,
    leadership: Leadership,
    publisher: Option<Publisher>,
    /// Rows that the broker refused for what they are, and until when they are passed over.
    refused: HashMap<i64, Instant>,
    measured: Option<Instant>,
}

/// What one pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayOutcome {
    /// Another relay is at work.
    Standby,
    /// So many events were published, confirmed and deleted; so many were tried and stay for another pass.
    Relayed { published: usize, kept: usize },
}

/// Why a pass came to nothing. What was published and not deleted is published again, with the same message id.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("the outbox: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Relay {
    #[must_use]
    pub fn new(bus: &Bus, databases: &Databases) -> Self {
        Self {
            bus: bus.clone(),
            pool: databases.worker.clone(),
            wake: databases.outbox_wake(),
            leadership: Leadership::new(),
            publisher: None,
            refused: HashMap::new(),
            measured: None,
        }
    }

    /// Works until everything else has ended, then once more for what that left, and gives the lease up.
    ///
    /// # Errors
    /// None: it is a task for [`Shutdown::spawn_last`].
    pub async fn run(mut self, shutdown: Shutdown) -> Result<(), Infallible> {
        let _open = self.bus.link(Purpose::Publish);
        self.work(&shutdown.drained).await;
        let last = async {
            if let Err(error) = self.run_once().await {
                tracing::info!(%error, "the outbox waits for another relay");
            }
            self.give_up().await;
        };
        shutdown.hard.run_until_cancelled(last).await;
        Ok(())
    }

    async fn work(&mut self, stop: &CancellationToken) {
        let mut backoff = Backoff::new(RETRY.0, RETRY.1, Jitter::Percent(25));
        loop {
            // A pass is never dropped in the middle: its rows would go out twice.
            let woken = match self.run_once().await {
                Ok(RelayOutcome::Relayed { published, kept: 0 }) => {
                    backoff.reset();
                    if full(published) && !stop.is_cancelled() {
                        continue;
                    }
                    self.wait(stop).await
                }
                Ok(RelayOutcome::Standby) => runtime::backoff::pause(TTL / 2, stop).await,
                Ok(RelayOutcome::Relayed { kept, .. }) => {
                    tracing::warn!(kept, "events stay in the outbox");
                    backoff.wait(stop).await
                }
                Err(error) => {
                    // The health check says when the broker is away; there is nothing to add every second.
                    if !matches!(error, RelayError::Bus(BusError::Unavailable)) {
                        tracing::warn!(%error, "the outbox waits");
                    }
                    backoff.wait(stop).await
                }
            };
            if woken == Woken::Stopping {
                return;
            }
        }
    }

    async fn wait(&self, stop: &CancellationToken) -> Woken {
        tokio::select! {
            biased;
            () = stop.cancelled() => Woken::Stopping,
            () = self.wake.woken() => Woken::Elapsed,
            () = tokio::time::sleep(POLL) => Woken::Elapsed,
        }
    }

    /// One pass: at most 500 rows in id order.
    ///
    /// # Errors
    /// The database or the broker is away; what was confirmed before may be published once more later.
    pub async fn run_once(&mut self) -> Result<RelayOutcome, RelayError> {
        self.measure().await?;
        let connection = match self.bus.now(Purpose::Publish) {
            Ok(connection) => connection,
            Err(error) => {
                // Another replica may still reach the broker.
                self.give_up().await;
                return Err(error.into());
            }
        };
        let rows = {
            let mut conn = self.pool.get().await?;
            if !self.leadership.ensure(&mut conn).await? {
                return Ok(RelayOutcome::Standby);
            }
            outbox::batch(&mut conn, BATCH).await?
        };
        let rows = self.without_refused(rows);
        if rows.is_empty() {
            return Ok(RelayOutcome::Relayed {
                published: 0,
                kept: 0,
            });
        }
        let confirmed = self.publish(&connection, &rows).await?;
        if !confirmed.is_empty() {
            outbox::delete(&mut *self.pool.get().await?, &confirmed).await?;
        }
        Ok(RelayOutcome::Relayed {
            published: confirmed.len(),
            kept: rows.len() - confirmed.len(),
        })
    }

    /// Measured whoever is at work, so that no replica shows a backlog that is long gone.
    async fn measure(&mut self) -> Result<(), RelayError> {
        if self.measured.is_some_and(|at| at.elapsed() < MEASURE) {
            return Ok(());
        }
        let backlog = outbox::depth_and_age(&mut *self.pool.get().await?).await?;
        self.measured = Some(Instant::now());
        let rows = u32::try_from(backlog.rows).unwrap_or(u32::MAX);
        metrics::gauge!("noxpay_outbox_rows").set(rows);
        metrics::gauge!("noxpay_outbox_oldest_seconds")
            .set(backlog.age.unwrap_or_default().as_secs_f64());
        Ok(())
    }

    fn without_refused(&mut self, mut rows: Vec<OutboxRow>) -> Vec<OutboxRow> {
        let now = Instant::now();
        self.refused.retain(|_, until| *until > now);
        rows.retain(|row| !self.refused.contains_key(&row.id));
        rows
    }

    async fn give_up(&mut self) {
        if self.leadership.is_held() {
            // Otherwise it runs out by itself.
            if let Ok(mut conn) = self.pool.get().await {
                self.leadership.give_up(&mut conn).await;
            }
        }
    }
}

fn full(published: usize) -> bool {
    i64::try_from(published).is_ok_and(|published| published >= BATCH)
}
