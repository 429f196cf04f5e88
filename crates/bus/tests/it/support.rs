use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bus::{
    Bus, Delivery, Outcome, Transient, consume, relay::RelayOutcome, topology::ServiceQueue,
};
use db::{Databases, outbox};
use domain::{
    Money, OrderId, StatusName,
    event::{
        Envelope, Event, IntentEvent, IntentSnapshot, MailWatermark, MerchantChange,
        MerchantSnapshot, Producer,
    },
    ids::{IntentId, MerchantId, SourceId},
};
use lapin::message::Delivery as Raw;
use runtime::{Shutdown, shutdown::Ending};
use testkit::{TestBroker, wait};
use uuid::Uuid;

pub(crate) const GRACE: Duration = Duration::from_secs(20);

/// An event of imap-verifier for intent-service, told apart by `n`, about the source `subject`.
pub(crate) fn watermark_of(subject: u128, n: i64) -> Envelope {
    let watermark = MailWatermark {
        source_id: SourceId::from_uuid(Uuid::from_u128(subject)),
        up_to: "2026-11-21T10:00:00Z".parse().unwrap(),
        last_seq: n,
    };
    envelope(Producer::ImapVerifier, Event::MailWatermark(watermark))
}

pub(crate) fn watermark(n: i64) -> Envelope {
    watermark_of(1, n)
}

/// An event of api-gateway for imap-verifier, told apart by `n`.
pub(crate) fn merchant(n: i64) -> Envelope {
    let merchant = MerchantSnapshot {
        merchant_id: MerchantId::from_uuid(Uuid::from_u128(7)),
        sequence: n,
        active: true,
    };
    let event = Event::Merchant(MerchantChange::Changed, merchant);
    envelope(Producer::ApiGateway, event)
}

/// Like [`merchant`], of another type.
pub(crate) fn new_merchant(n: i64) -> Envelope {
    let mut envelope = merchant(n);
    if let Event::Merchant(change, _) = &mut envelope.event {
        *change = MerchantChange::Created;
    }
    envelope
}

pub(crate) fn envelope(producer: Producer, event: Event) -> Envelope {
    Envelope::new(producer, "2026-11-21T10:00:00Z".parse().unwrap(), event)
}

/// An event of intent-service for dispatcher and open pages, told apart by `n`.
pub(crate) fn intent(n: i64) -> Envelope {
    intent_event(IntentEvent::Entered(StatusName::Pending), n)
}

pub(crate) fn intent_event(event: IntentEvent, n: i64) -> Envelope {
    let snapshot = IntentSnapshot {
        intent_id: IntentId::from_uuid(Uuid::from_u128(1)),
        merchant_id: MerchantId::from_uuid(Uuid::from_u128(7)),
        live: false,
        order_id: OrderId::parse("ORDER_1").unwrap(),
        sequence: n,
        status: StatusName::Pending,
        previous_status: None,
        review_reason: None,
        proof: None,
        amount: Money::inr(100),
        payable: Money::inr(100),
        adjustment: Money::inr(0),
        received: Money::inr(0),
        excess: Money::inr(0),
        late: false,
        created_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        expires_at: "2026-11-21T10:15:00Z".parse().unwrap(),
        settled_at: None,
        paid_at: None,
        amount_trusted: true,
        metadata: None,
        redirect_url: None,
        evidence: Vec::new(),
    };
    let event = Event::Intent(event, Box::new(snapshot));
    envelope(Producer::IntentService, event)
}

/// What tells this event apart.
pub(crate) fn number(envelope: &Envelope) -> i64 {
    match &envelope.event {
        Event::MailWatermark(watermark) => watermark.last_seq,
        Event::Merchant(_, merchant) => merchant.sequence,
        Event::Intent(_, intent) => intent.sequence,
        other => panic!("no event of these tests: {other:?}"),
    }
}

pub(crate) fn numbers(messages: &[Raw]) -> Vec<i64> {
    let read = |raw: &Raw| number(&Envelope::from_json(&raw.data).unwrap());
    messages.iter().map(read).collect()
}

pub(crate) fn message_ids(messages: &[Raw]) -> Vec<String> {
    let id = |raw: &Raw| raw.properties.message_id().as_ref().unwrap().to_string();
    messages.iter().map(id).collect()
}

/// Appends events to the outbox, in one transaction.
pub(crate) async fn append(databases: &Databases, events: &[Envelope]) {
    append_traced(databases, events, &BTreeMap::new()).await;
}

pub(crate) async fn append_traced(
    databases: &Databases,
    events: &[Envelope],
    trace: &BTreeMap<String, String>,
) {
    databases
        .worker
        .transaction(async |tx| {
            for event in events {
                outbox::append(tx, event, trace).await?;
            }
            Ok::<_, diesel::result::Error>(())
        })
        .await
        .unwrap();
}

pub(crate) fn relayed(published: usize, kept: usize) -> RelayOutcome {
    RelayOutcome::Relayed { published, kept }
}

/// The numbers of the events that wait in the outbox.
pub(crate) async fn waiting(databases: &Databases) -> Vec<i64> {
    let mut conn = databases.worker.get().await.unwrap();
    let rows = outbox::batch(&mut conn, 10_000).await.unwrap();
    let read = |row: outbox::OutboxRow| Envelope::from_json(row.envelope.as_bytes()).unwrap();
    rows.into_iter().map(read).map(|e| number(&e)).collect()
}

/// What a handler saw, as it saw it.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<i64>>>);

impl Seen {
    pub(crate) fn note(&self, delivery: &Delivery) -> i64 {
        let n = number(&delivery.envelope);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(n);
        n
    }

    pub(crate) fn now(&self) -> Vec<i64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) async fn until(&self, expected: &[i64]) {
        wait::until(wait::PATIENCE, async || {
            let seen = self.now();
            if seen == expected { Ok(()) } else { Err(seen) }
        })
        .await;
    }
}

/// Consumes until `shutdown`, noting and acknowledging everything.
pub(crate) fn consume_all(bus: &Bus, queue: &'static ServiceQueue, shutdown: &Shutdown) -> Seen {
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = move |delivery: Delivery| {
        noting.note(&delivery);
        async { Ok::<_, Transient>(Outcome::Ack) }
    };
    shutdown.spawn(
        "consumer",
        consume(bus.clone(), queue, handler, shutdown.clone()),
    );
    seen
}

pub(crate) async fn until_depth(broker: &TestBroker, queue: &str, expected: u32) {
    wait::until(wait::PATIENCE, async || match broker.depth(queue).await {
        depth if depth == expected => Ok(()),
        depth => Err(depth),
    })
    .await;
}

/// Stops like a process that gets SIGTERM, and insists that everything ended by itself.
pub(crate) async fn stop(shutdown: &Shutdown) {
    shutdown.begin();
    assert_eq!(shutdown.finished(GRACE).await, Ending::Drained);
}
