//! Every exchange, queue and binding, and the one function that declares them.
//!
//! ```text
//! noxpay.events (topic) ──► noxpay.<service>            what a service consumes
//!      │ alternate           │ after 1,000 deliveries
//!      ▼                     ▼
//! noxpay.unrouted       noxpay.dead (direct) ──► noxpay.<service>.dead
//!                       noxpay.replay (direct) ─► noxpay.<service>
//! ```
//!
//! Every process declares all of it with its own user, so that none depends on another's having started before.
//! An argument that is changed here needs a new queue name: the broker refuses to redeclare a queue differently.

use domain::StatusName;
use domain::event::{IntentEvent, Producer};
use lapin::{
    Channel, Connection, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use uuid::Uuid;

/// Where every event is published, with its type as the routing key.
pub const EVENTS: &str = "noxpay.events";
/// Exchange and queue of events that no queue was bound for: an alarm, since every event type has a consumer.
pub const UNROUTED: &str = "noxpay.unrouted";
/// Where a service puts what it can never handle, with its own name as the routing key.
pub const DEAD: &str = "noxpay.dead";
/// Where a service puts what it takes back from its dead-letter queue, with its own name as the routing key.
pub const REPLAY: &str = "noxpay.replay";

/// Event types that nobody need consume: published without `mandatory`, so that they may vanish. An endpoint that was disabled
/// is told of by webhook, feed and e-mail in the transaction that disabled it.
const OPTIONAL: &[&str] = &["webhook.endpoint_disabled"];

/// The last net for a message whose consumer dies of it. Far above what restarts and cut connections can reach, because
/// every cut counts for everything prefetched: with a limit of 3, four cuts dead-lettered 16 good messages.
const DELIVERY_LIMIT: i32 = 1_000;
/// For queues that people look into. Every look counts as a delivery, and newer brokers have a limit of 20 by default,
/// after which the message is lost.
const NO_DELIVERY_LIMIT: i32 = i32::MAX;

/// How many events one gateway replica may be behind for its open pages before the oldest are dropped.
const PAGES_BACKLOG: i32 = 10_000;

/// What a service consumes: a quorum queue, and one for what it can never handle.
#[derive(Debug)]
pub struct ServiceQueue {
    /// Who consumes it.
    pub service: Producer,
    pub name: &'static str,
    pub dead: &'static str,
    /// Binding keys on [`EVENTS`].
    pub keys: &'static [&'static str],
}

/// Evidence and the state of its sources.
pub static INTENT_SERVICE: ServiceQueue = ServiceQueue {
    service: Producer::IntentService,
    name: "noxpay.intent-service",
    dead: "noxpay.intent-service.dead",
    keys: &["observation.*", "mail.watermark", "mail.source_changed"],
};

/// Which merchants are active, and how late the alerts of accounts come.
pub static IMAP_VERIFIER: ServiceQueue = ServiceQueue {
    service: Producer::ImapVerifier,
    name: "noxpay.imap-verifier",
    dead: "noxpay.imap-verifier.dead",
    keys: &["merchant.*", "account.measured"],
};

/// What merchants are told. No service says `refund.*` or `user.*` yet.
pub static WEBHOOK_DISPATCHER: ServiceQueue = ServiceQueue {
    service: Producer::WebhookDispatcher,
    name: "noxpay.webhook-dispatcher",
    dead: "noxpay.webhook-dispatcher.dead",
    keys: &["intent.*", "refund.*", "user.*"],
};

pub static SERVICE_QUEUES: [&ServiceQueue; 3] =
    [&INTENT_SERVICE, &IMAP_VERIFIER, &WEBHOOK_DISPATCHER];

/// Whether an event of this type must reach a queue.
#[must_use]
pub fn is_mandatory(event_type: &str) -> bool {
    !OPTIONAL.contains(&event_type)
}

/// Declares everything. Again is harmless and cheap.
///
/// # Errors
/// The broker refused, or the connection is gone.
pub async fn declare(channel: &Channel) -> Result<(), lapin::Error> {
    exchange(channel, UNROUTED, ExchangeKind::Fanout, []).await?;
    let alternate = ("alternate-exchange", text(UNROUTED));
    exchange(channel, EVENTS, ExchangeKind::Topic, [alternate]).await?;
    exchange(channel, DEAD, ExchangeKind::Direct, []).await?;
    exchange(channel, REPLAY, ExchangeKind::Direct, []).await?;

    let unlimited = || [("x-delivery-limit", AMQPValue::LongInt(NO_DELIVERY_LIMIT))];
    quorum_queue(channel, UNROUTED, unlimited()).await?;
    bind(channel, UNROUTED, UNROUTED, "").await?;
    for queue in SERVICE_QUEUES {
        let service = queue.service.name();
        quorum_queue(channel, queue.dead, unlimited()).await?;
        bind(channel, queue.dead, DEAD, service).await?;
        let arguments = [
            ("x-delivery-limit", AMQPValue::LongInt(DELIVERY_LIMIT)),
            ("x-dead-letter-exchange", text(DEAD)),
            ("x-dead-letter-routing-key", text(service)),
            // The pair: a dead letter is never lost between the two queues.
            ("x-dead-letter-strategy", text("at-least-once")),
            ("x-overflow", text("reject-publish")),
        ];
        quorum_queue(channel, queue.name, arguments).await?;
        bind(channel, queue.name, REPLAY, service).await?;
        for key in queue.keys {
            bind(channel, queue.name, EVENTS, key).await?;
        }
    }
    Ok(())
}

/// Declares everything again, where something was found missing.
pub(crate) async fn mend(connection: &Connection) -> Result<(), lapin::Error> {
    let channel = connection.create_channel().await?;
    declare(&channel).await?;
    channel.close(200, "mended".into()).await
}

/// How many messages are ready in a queue.
///
/// # Errors
/// There is no such queue, or the connection is gone.
pub(crate) async fn depth(channel: &Channel, queue: &str) -> Result<u32, lapin::Error> {
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let queue = channel
        .queue_declare(queue.into(), passive, FieldTable::default())
        .await?;
    Ok(queue.message_count())
}

/// A queue of its own for one gateway replica's open pages: lossy by design, gone with its connection.
pub(crate) async fn declare_pages(channel: &Channel) -> Result<String, lapin::Error> {
    let name = format!("noxpay.pages.{}", Uuid::new_v4());
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    let arguments = [
        ("x-queue-type", text("classic")),
        ("x-max-length", AMQPValue::LongInt(PAGES_BACKLOG)),
        ("x-overflow", text("drop-head")),
    ];
    channel
        .queue_declare(name.as_str().into(), options, table(arguments))
        .await?;
    // Pages show what becomes of an intent. That it was created they know: most events of a busy day say only that.
    for status in StatusName::ALL {
        let event = IntentEvent::Entered(status);
        bind(channel, &name, EVENTS, event.as_str()).await?;
    }
    Ok(name)
}

async fn exchange<const N: usize>(
    channel: &Channel,
    name: &str,
    kind: ExchangeKind,
    arguments: [(&str, AMQPValue); N],
) -> Result<(), lapin::Error> {
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    channel
        .exchange_declare(name.into(), kind, options, table(arguments))
        .await
}

async fn quorum_queue<const N: usize>(
    channel: &Channel,
    name: &str,
    arguments: [(&str, AMQPValue); N],
) -> Result<(), lapin::Error> {
    let options = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let mut arguments = table(arguments);
    arguments.insert("x-queue-type".into(), text("quorum"));
    channel
        .queue_declare(name.into(), options, arguments)
        .await?;
    Ok(())
}

async fn bind(
    channel: &Channel,
    queue: &str,
    exchange: &str,
    key: &str,
) -> Result<(), lapin::Error> {
    channel
        .queue_bind(
            queue.into(),
            exchange.into(),
            key.into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn table<const N: usize>(arguments: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert(name.into(), value);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_is_named_after_its_service() {
        for queue in SERVICE_QUEUES {
            let name = format!("noxpay.{}", queue.service.name());
            assert_eq!(queue.name, name);
            assert_eq!(queue.dead, format!("{name}.dead"));
        }
    }

    #[test]
    fn no_service_consumes_what_it_publishes() {
        for queue in SERVICE_QUEUES {
            for key in queue.keys {
                assert!(!queue.service.may_publish(key), "{} {key}", queue.name);
            }
        }
    }
}
