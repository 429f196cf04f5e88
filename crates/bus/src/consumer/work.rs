use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::event::Envelope;
use futures_util::FutureExt as _;
use lapin::{message::Delivery as Raw, options::BasicAckOptions};
use runtime::{
    Backoff, TraceContext,
    backoff::{Jitter, Woken},
};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::{Delivery, Outcome, Transient};
use crate::{
    Bus, BusError,
    connection::{Purpose, answer},
    publisher::{Message, Publisher},
    topology::{self, ServiceQueue},
    wire,
};

/// From a lost race to an outage of the database.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(10));

/// A message, and the event in it or why there is none.
pub(super) struct Job {
    pub(super) raw: Raw,
    pub(super) event: Result<Envelope, String>,
}

/// What the lanes of one session share.
pub(super) struct Worker<'a, H> {
    pub(super) queue: &'static ServiceQueue,
    pub(super) handler: &'a H,
    pub(super) bus: &'a Bus,
    /// Opened when the first message is put aside.
    pub(super) graveyard: Mutex<Option<Publisher>>,
    /// Fires when nothing more may be begun: the process stops, or the connection is lost.
    pub(super) stop: &'a CancellationToken,
    /// Fires when the connection is lost, and with it everything that was not acknowledged.
    pub(super) lost: &'a CancellationToken,
}

/// A message on its way through the handler.
struct Entry {
    raw: Raw,
    event: Result<Arc<Envelope>, String>,
    kind: &'static str,
    span: Span,
}

impl Entry {
    /// What the handler is given; `None` where there is no event.
    fn delivery(&self, attempt: u32) -> Option<Delivery> {
        Some(Delivery {
            envelope: self.event.as_ref().ok()?.clone(),
            redelivered: self.raw.redelivered,
            attempt,
            trace: TraceContext::of(&self.span),
        })
    }
}

impl<H, F> Worker<'_, H>
where
    H: Fn(Arc<[Delivery]>) -> F + Send + Sync,
    F: Future<Output = Result<Vec<Outcome>, Transient>> + Send,
{
    /// Works on messages until each is acknowledged, put aside, or must be left to another delivery.
    pub(super) async fn work(&self, jobs: Vec<Job>) {
        let begun = Instant::now();
        let entries: Vec<Entry> = jobs.into_iter().map(|job| self.enter(job)).collect();
        let outcomes = match entries.as_slice() {
            [only] => vec![self.handle_one(only).await],
            several => self.handle_together(several).await,
        };
        let service = self.queue.service.name();
        for (entry, outcome) in entries.into_iter().zip(outcomes) {
            let (kind, span) = (entry.kind, entry.span.clone());
            let outcome = self.conclude(entry, outcome).instrument(span).await;
            metrics::counter!("noxpay_bus_consumed_total", "service" => service, "type" => kind, "outcome" => outcome)
                .increment(1);
            metrics::histogram!("noxpay_bus_handling_seconds", "service" => service, "type" => kind)
                .record(begun.elapsed());
        }
    }

    fn enter(&self, job: Job) -> Entry {
        let kind = match &job.event {
            Ok(envelope) => envelope.event.kind(),
            Err(_) => "unreadable",
        };
        Entry {
            span: self.span(kind, &job.raw),
            raw: job.raw,
            event: job.event.map(Arc::new),
            kind,
        }
    }

    async fn conclude(&self, entry: Entry, outcome: Option<Outcome>) -> &'static str {
        let Some(outcome) = outcome else {
            return "left";
        };
        let label = match outcome {
            Outcome::Ack => "ack",
            Outcome::Dead(reason) => {
                if self.bury(&entry.raw, &reason).await == Woken::Stopping {
                    return "left";
                }
                "dead"
            }
        };
        let acknowledged = entry.raw.ack(BasicAckOptions::default());
        match self.lost.run_until_cancelled(acknowledged).await {
            Some(Ok(true)) => label,
            // The broker delivers it again, and the handler finds that it was handled.
            None | Some(Ok(false) | Err(_)) => "unacknowledged",
        }
    }

    /// Hands over what can be read in one call; if that does not work, one by one.
    async fn handle_together(&self, entries: &[Entry]) -> Vec<Option<Outcome>> {
        let batch: Arc<[Delivery]> = entries.iter().filter_map(|e| e.delivery(1)).collect();
        let together = match entries.first() {
            Some(first) if !batch.is_empty() => {
                let called = self.call(batch.clone()).instrument(first.span.clone());
                called.await.ok().filter(|all| all.len() == batch.len())
            }
            _ => None,
        };
        let mut outcomes = Vec::with_capacity(entries.len());
        let mut handled = together.map(Vec::into_iter);
        for entry in entries {
            let outcome = match (&entry.event, &mut handled) {
                (Ok(_), Some(handled)) => handled.next(),
                _ => self.handle_one(entry).await,
            };
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Calls the handler until it comes to an outcome; `None` when there is no time left.
    async fn handle_one(&self, entry: &Entry) -> Option<Outcome> {
        let id = match &entry.event {
            Ok(envelope) => envelope.id,
            Err(reason) => return Some(Outcome::Dead(reason.clone())),
        };
        let mut backoff = Backoff::new(RETRY.0, RETRY.1, Jitter::Percent(25));
        let retried = async {
            loop {
                let attempt = backoff.attempts().saturating_add(1);
                let delivery = entry.delivery(attempt)?;
                let error = match self.call(Arc::new([delivery])).await {
                    Ok(mut outcomes) => match outcomes.pop() {
                        Some(outcome) => return Some(outcome),
                        None => Transient::from("the handler came to no outcome"),
                    },
                    Err(error) => error,
                };
                metrics::counter!("noxpay_bus_retries_total", "service" => self.queue.service.name())
                    .increment(1);
                tracing::warn!(event_id = %id, attempt, %error, "cannot handle this event now");
                if backoff.wait(self.stop).await == Woken::Stopping {
                    return None;
                }
            }
        };
        retried.instrument(entry.span.clone()).await
    }

    async fn call(&self, batch: Arc<[Delivery]>) -> Result<Vec<Outcome>, Transient> {
        // The handler's transaction is rolled back by the panic, and the envelopes are never changed.
        let called = AssertUnwindSafe(async { (self.handler)(batch).await }).catch_unwind();
        match called.await {
            Ok(handled) => handled,
            Err(_) => Err(Transient::from("the handler panicked")),
        }
    }

    /// Puts a message aside with its reason, for as long as that takes.
    async fn bury(&self, raw: &Raw, reason: &str) -> Woken {
        let service = self.queue.service;
        // The reason may quote personal data, so it stands in the queue and not in the log.
        tracing::error!(
            routing_key = %raw.routing_key,
            message_id = raw.properties.message_id().as_ref().map(|id| id.as_str()),
            "put into the dead-letter queue: it can never be handled"
        );
        metrics::counter!("noxpay_dead_total", "service" => service.name()).increment(1);
        let mut backoff = Backoff::reconnect();
        loop {
            let message = Message {
                exchange: topology::DEAD,
                key: service.name(),
                properties: wire::of_dead(service, &raw.properties, reason),
                body: &raw.data,
                mandatory: true,
            };
            let Err(error) = self.publish(message).await else {
                return Woken::Elapsed;
            };
            tracing::warn!(%error, "cannot reach the dead-letter queue");
            if backoff.wait(self.stop).await == Woken::Stopping {
                return Woken::Stopping;
            }
        }
    }

    async fn publish(&self, message: Message<'_>) -> Result<(), BusError> {
        let mut graveyard = self.graveyard.lock().await;
        let connection = self.bus.now(Purpose::Publish)?;
        let publisher = match graveyard.take_if(|publisher| publisher.is_open()) {
            Some(open) => open,
            None => Publisher::open(&connection).await?,
        };
        let published = publisher.publish(message).await;
        if published.is_ok() {
            *graveyard = Some(publisher);
        } else if let Err(BusError::Unrouted) = published {
            answer(topology::mend(&connection)).await?;
        }
        published
    }

    fn span(&self, kind: &str, raw: &Raw) -> Span {
        let span = tracing::info_span!(
            "consume",
            otel.name = format!("consume {kind}"),
            otel.kind = "consumer",
            messaging.system = "rabbitmq",
            messaging.destination.name = self.queue.name,
            messaging.message.id = raw.properties.message_id().as_ref().map(|id| id.as_str()),
            trace_id = tracing::field::Empty,
        );
        wire::trace(&raw.properties).set_parent_of(&span);
        span
    }
}
