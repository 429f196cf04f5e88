use std::time::{Duration, Instant};

use db::outbox::OutboxRow;
use domain::event::Producer;
use lapin::Connection;
use runtime::TraceContext;
use tracing::{Span, field::Empty};

use super::Relay;
use crate::{
    BusError,
    connection::{Purpose, answer},
    publisher::{Message, Publisher},
    topology, wire,
};

/// How long a row is passed over that the broker refused for what it is.
const PASS_OVER: Duration = Duration::from_secs(60);
/// After so many refusals in one pass the fault is hardly in the rows.
const MOST_REFUSALS: usize = 10;

impl Relay {
    /// Publishes `rows` in order and returns the ids of those that the broker has safe.
    pub(super) async fn publish(
        &mut self,
        connection: &Connection,
        rows: &[OutboxRow],
    ) -> Result<Vec<i64>, BusError> {
        let mut verdicts = self.publish_pipelined(connection, rows).await?;
        if verdicts.iter().any(is_missing) {
            answer(topology::mend(connection)).await?;
        }
        if verdicts.iter().any(is_timeout) {
            self.bus.suspect(Purpose::Publish);
        }
        if verdicts.iter().any(is_refusal) {
            self.publish_one_by_one(connection, rows, &mut verdicts)
                .await?;
        }
        if verdicts.iter().any(Result::is_err) {
            // Late confirms of this pass must not be taken for those of the next.
            self.publisher = None;
        }
        let mut confirmed = Vec::new();
        for (row, verdict) in rows.iter().zip(&verdicts) {
            match verdict {
                Ok(()) => {
                    confirmed.push(row.id);
                    metrics::counter!("noxpay_bus_published_total", "type" => row.event_type.clone())
                        .increment(1);
                }
                Err(error) => {
                    metrics::counter!("noxpay_bus_publish_failures_total").increment(1);
                    tracing::debug!(event_id = %row.event_id, %error, "not published");
                }
            }
        }
        Ok(confirmed)
    }

    async fn publish_pipelined(
        &mut self,
        connection: &Connection,
        rows: &[OutboxRow],
    ) -> Result<Vec<Result<(), BusError>>, BusError> {
        let spans: Vec<Span> = rows.iter().map(span).collect();
        let service = self.bus.service();
        let messages = rows.iter().zip(&spans);
        let messages = messages
            .map(|(row, span)| message(service, row, span))
            .collect();
        let publisher = self.publisher(connection).await?;
        let verdicts = publisher.publish_all(messages).await;
        for (span, verdict) in spans.iter().zip(&verdicts) {
            if verdict.is_err() {
                span.record("otel.status_code", "ERROR");
            }
        }
        Ok(verdicts)
    }

    /// The broker closes the channel over a message that this service may not publish, and tells not which: publishing
    /// what is left one by one, the faulty row keeps no other back.
    async fn publish_one_by_one(
        &mut self,
        connection: &Connection,
        rows: &[OutboxRow],
        verdicts: &mut [Result<(), BusError>],
    ) -> Result<(), BusError> {
        let mut refusals = 0;
        for (row, verdict) in rows.iter().zip(verdicts) {
            if verdict.is_ok() || refusals >= MOST_REFUSALS {
                continue;
            }
            let span = span(row);
            let service = self.bus.service();
            let publisher = self.publisher(connection).await?;
            *verdict = publisher.publish(message(service, row, &span)).await;
            if let Err(error) = verdict
                && error.is_refusal()
            {
                span.record("otel.status_code", "ERROR");
                tracing::error!(event_id = %row.event_id, event_type = row.event_type, %error, "RabbitMQ refuses this event");
                refusals += 1;
                self.refused.insert(row.id, Instant::now() + PASS_OVER);
            }
        }
        Ok(())
    }

    /// The open publisher, or a new one on this connection.
    async fn publisher(&mut self, connection: &Connection) -> Result<&Publisher, BusError> {
        match self.publisher.take_if(|p| p.is_open()) {
            Some(open) => Ok(self.publisher.insert(open)),
            None => Ok(self.publisher.insert(Publisher::open(connection).await?)),
        }
    }
}

fn message<'a>(service: Producer, row: &'a OutboxRow, span: &Span) -> Message<'a> {
    let mut trace = TraceContext::of(span);
    // A span that is filtered out has no context of its own; the trace goes on all the same.
    if trace.is_empty() {
        trace = TraceContext::from_map(&row.trace);
    }
    let id = row.event_id.to_string();
    Message {
        exchange: topology::EVENTS,
        key: &row.event_type,
        properties: wire::of_event(service, &id, &row.event_type, &trace),
        body: row.envelope.as_bytes(),
        mandatory: topology::is_mandatory(&row.event_type),
    }
}

fn span(row: &OutboxRow) -> Span {
    let span = tracing::info_span!(
        "publish",
        otel.name = format!("publish {}", row.event_type),
        otel.kind = "producer",
        otel.status_code = Empty,
        messaging.system = "rabbitmq",
        messaging.destination.name = topology::EVENTS,
        messaging.message.id = %row.event_id,
        trace_id = Empty,
    );
    TraceContext::from_map(&row.trace).set_parent_of(&span);
    span
}

fn is_missing(verdict: &Result<(), BusError>) -> bool {
    match verdict {
        Err(BusError::Unrouted) => true,
        Err(error) => error.is_missing(),
        Ok(()) => false,
    }
}

fn is_refusal(verdict: &Result<(), BusError>) -> bool {
    verdict.as_ref().is_err_and(BusError::is_refusal)
}

fn is_timeout(verdict: &Result<(), BusError>) -> bool {
    matches!(verdict, Err(BusError::Timeout(_)))
}
