//! Stores what attempts came to, together: what is over while one batch is stored makes the next.

use super::Sender;
use crate::disable;
use crate::rows::finish::{self, Finished, Next};
use diesel::QueryResult;
use runtime::Backoff;
use runtime::backoff::Jitter;
use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// An endpoint that has not answered well for so long is disabled.
const FAILING_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(5 * 24);
const MOST_TOGETHER: usize = 500;

/// An attempt that is over, and who waits for it to be stored.
pub(super) struct Over {
    pub(super) finished: Finished,
    pub(super) stored: oneshot::Sender<()>,
}

impl Sender {
    /// Stores until every sender of `over` is gone. A database that is away is waited for until the hard token fires: then
    /// the claims run out, and the events are sent again under the same ids.
    pub(super) async fn settle(
        self,
        mut over: mpsc::UnboundedReceiver<Over>,
        hard: CancellationToken,
    ) -> Result<(), Infallible> {
        let mut batch = Vec::new();
        while over.recv_many(&mut batch, MOST_TOGETHER).await > 0 {
            let (finished, waiting): (Vec<_>, Vec<_>) = batch
                .drain(..)
                .map(|over| (over.finished, over.stored))
                .unzip();
            let mut backoff = Backoff::new(
                Duration::from_millis(50),
                Duration::from_secs(5),
                Jitter::Percent(25),
            );
            while let Err(error) = self.store(&finished).await {
                tracing::warn!(%error, attempts = finished.len(), "attempts could not be stored yet");
                if backoff.wait(&hard).await == runtime::backoff::Woken::Stopping {
                    return Ok(());
                }
            }
            for stored in waiting {
                // Nobody may be waiting any more.
                let _ = stored.send(());
            }
        }
        Ok(())
    }

    async fn store(&self, finished: &[Finished]) -> QueryResult<()> {
        let mut conn = self.worker.get().await?;
        let stored = finish::finish(&mut conn, finished).await?;
        if stored.len() < finished.len() {
            let lost = finished.len() - stored.len();
            tracing::warn!(lost, "claims had run out: others send these deliveries");
        }
        let known: HashSet<Uuid> = stored.iter().map(|s| s.id).collect();
        let ours: Vec<&Finished> = finished
            .iter()
            .filter(|f| known.contains(&f.delivery.id))
            .collect();
        if stored.iter().any(|s| s.is_followed) {
            self.tell_followers(&mut conn, &ours).await;
            self.due.notify_one();
        }
        // What follows is upkeep: it is found again by the next attempt of the same endpoint.
        if let Err(error) = self.note_health(&mut conn, &ours).await {
            tracing::warn!(%error, "the state of endpoints could not be noted");
        }
        Ok(())
    }

    /// Moves what waits behind these, so that it is looked at when that makes sense. It is only ever late without this.
    async fn tell_followers(&self, conn: &mut db::Connection, ours: &[&Finished]) {
        let again = |f: &&&Finished| matches!(f.next, Next::Again { .. });
        let failed: Vec<Uuid> = ours.iter().filter(again).map(|f| f.delivery.id).collect();
        let ended: Vec<Uuid> = ours
            .iter()
            .filter(|f| !again(f) && f.delivery.attempts > 1)
            .map(|f| f.delivery.id)
            .collect();
        let moved = async {
            if !failed.is_empty() {
                finish::postpone_followers(conn, &failed).await?;
            }
            if !ended.is_empty() {
                finish::advance_followers(conn, &ended).await?;
            }
            QueryResult::Ok(())
        };
        if let Err(error) = moved.await {
            tracing::warn!(%error, "what waits behind these deliveries could not be moved");
        }
    }

    /// Since when endpoints fail, and which are to be left alone from now on.
    async fn note_health(&self, conn: &mut db::Connection, ours: &[&Finished]) -> QueryResult<()> {
        let now = self.clock.now();
        // The last word on each endpoint counts.
        let mut well: BTreeMap<Uuid, (bool, &Finished)> = BTreeMap::new();
        for f in ours {
            let entry = well.entry(f.delivery.endpoint_id).or_insert((false, *f));
            entry.0 |= f.next == Next::Delivered;
        }
        let known_to_fail = |f: &Finished| f.delivery.failing_since().is_some();
        let recovered: Vec<Uuid> = well
            .iter()
            .filter(|(_, (well, f))| *well && known_to_fail(f))
            .map(|(id, _)| *id)
            .collect();
        let failing: Vec<Uuid> = well
            .iter()
            .filter(|(_, (well, f))| !well && !known_to_fail(f))
            .map(|(id, _)| *id)
            .collect();
        if !recovered.is_empty() || !failing.is_empty() {
            finish::note_health(conn, &failing, &recovered).await?;
        }
        for f in ours.iter().filter(|f| f.gone) {
            self.disable(f.delivery.endpoint_id, disable::GONE).await?;
        }
        for (id, (well, f)) in well {
            let since = f.delivery.failing_since();
            if !well && since.is_some_and(|since| now.duration_since(since) >= FAILING_FOR) {
                self.disable(id, disable::FAILING).await?;
            }
        }
        Ok(())
    }

    async fn disable(&self, endpoint: Uuid, reason: &'static str) -> QueryResult<()> {
        let told = self
            .worker
            .transaction(async |tx| disable::by_us(tx, &self.keys, endpoint, reason).await)
            .await?;
        if told {
            tracing::warn!(%endpoint, reason, "endpoint disabled");
            metrics::counter!("noxpay_webhook_endpoints_disabled_total", "reason" => reason)
                .increment(1);
            self.due.notify_one();
            self.fed.notify_waiters();
        }
        Ok(())
    }
}
