use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::event::Envelope;
use futures_util::FutureExt as _;
use lapin::{message::Delivery as Raw, options::BasicAckOptions};
use runtime::{
    Backoff,
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

impl<H, F> Worker<'_, H>
where
    H: Fn(Delivery) -> F + Send + Sync,
    F: Future<Output = Result<Outcome, Transient>> + Send,
{
    /// Works on one message until it is acknowledged, put aside, or must be left to another delivery.
    pub(super) async fn work(&self, job: Job) {
        let begun = Instant::now();
        let kind = match &job.event {
            Ok(envelope) => envelope.event.kind(),
            Err(_) => "unreadable",
        };
        let span = self.span(kind, &job);
        let outcome = self.conclude(job).instrument(span).await;
        let service = self.queue.service.name();
        metrics::counter!("noxpay_bus_consumed_total", "service" => service, "type" => kind, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("noxpay_bus_handling_seconds", "service" => service, "type" => kind)
            .record(begun.elapsed());
    }

    async fn conclude(&self, job: Job) -> &'static str {
        let outcome = match job.event {
            Ok(envelope) => self.handle(Arc::new(envelope), job.raw.redelivered).await,
            Err(reason) => Some(Outcome::Dead(reason)),
        };
        let Some(outcome) = outcome else {
            return "left";
        };
        let label = match outcome {
            Outcome::Ack => "ack",
            Outcome::Dead(reason) => {
                if self.bury(&job.raw, &reason).await == Woken::Stopping {
                    return "left";
                }
                "dead"
            }
        };
        let acknowledged = job.raw.ack(BasicAckOptions::default());
        match self.lost.run_until_cancelled(acknowledged).await {
            Some(Ok(true)) => label,
            // The broker delivers it again, and the handler finds that it was handled.
            None | Some(Ok(false) | Err(_)) => "unacknowledged",
        }
    }

    /// Calls the handler until it comes to an outcome; `None` when there is no time left.
    async fn handle(&self, envelope: Arc<Envelope>, redelivered: bool) -> Option<Outcome> {
        let mut backoff = Backoff::new(RETRY.0, RETRY.1, Jitter::Percent(25));
        loop {
            let attempt = backoff.attempts().saturating_add(1);
            let delivery = Delivery {
                envelope: envelope.clone(),
                redelivered,
                attempt,
            };
            // The handler's transaction is rolled back by the panic, and the envelope is never changed.
            let called = AssertUnwindSafe(async { (self.handler)(delivery).await }).catch_unwind();
            let error = match called.await {
                Ok(Ok(outcome)) => return Some(outcome),
                Ok(Err(error)) => error,
                Err(_) => Transient::from("the handler panicked"),
            };
            metrics::counter!("noxpay_bus_retries_total", "service" => self.queue.service.name())
                .increment(1);
            tracing::warn!(event_id = %envelope.id, attempt, %error, "cannot handle this event now");
            if backoff.wait(self.stop).await == Woken::Stopping {
                return None;
            }
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

    fn span(&self, kind: &str, job: &Job) -> Span {
        let span = tracing::info_span!(
            "consume",
            otel.name = format!("consume {kind}"),
            otel.kind = "consumer",
            messaging.system = "rabbitmq",
            messaging.destination.name = self.queue.name,
            messaging.message.id = job
                .raw
                .properties
                .message_id()
                .as_ref()
                .map(|id| id.as_str()),
            trace_id = tracing::field::Empty,
        );
        wire::trace(&job.raw.properties).set_parent_of(&span);
        span
    }
}
