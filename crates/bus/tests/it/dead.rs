use std::{
    collections::BTreeSet,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
};

use bus::{
    Bus, Delivery, Outcome, consume,
    dead::{self, Selection},
    topology::{self, IMAP_VERIFIER, INTENT_SERVICE},
};
use domain::event::{Envelope, Producer};
use jiff::Timestamp;
use runtime::Shutdown;
use testkit::TestBroker;

use crate::support::*;

/// Publishes `events`, all of which die, with a consumer whose handler can be mended.
async fn bury(
    broker: &TestBroker,
    bus: &Bus,
    shutdown: &Shutdown,
    events: &[Envelope],
) -> (Seen, Arc<AtomicBool>) {
    let (seen, mended) = (Seen::default(), Arc::new(AtomicBool::new(false)));
    let (noting, is_mended) = (seen.clone(), mended.clone());
    let handler = move |delivery: Delivery| {
        let n = noting.note(&delivery);
        let outcome = if is_mended.load(Ordering::Relaxed) {
            Outcome::Ack
        } else {
            Outcome::Dead(format!("nobody knows {n}"))
        };
        async { Ok(outcome) }
    };
    let consumer = consume(bus.clone(), &INTENT_SERVICE, handler, shutdown.clone());
    shutdown.spawn("consumer", consumer);
    for event in events {
        broker.publish(event).await;
    }
    let count = u32::try_from(events.len()).unwrap();
    until_depth(broker, INTENT_SERVICE.dead, count).await;
    (seen, mended)
}

#[tokio::test]
async fn a_dead_event_is_listed_with_its_reason_as_often_as_one_likes() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let events = [watermark(1), watermark(2), watermark(3)];
    bury(&broker, &bus, &shutdown, &events).await;

    let listed = dead::list(&bus, &INTENT_SERVICE, 2).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].id, events[0].id.to_string());
    assert_eq!(listed[0].event_type, "mail.watermark");
    assert_eq!(listed[0].reason, "nobody knows 1");
    assert_eq!(listed[0].body, events[0].to_json().unwrap());
    let age = domain::Clock::new()
        .now()
        .duration_since(listed[0].died_at.unwrap());
    assert!(age.as_secs() < 120 && listed[0].died_at > Some(Timestamp::UNIX_EPOCH));
    // Newer brokers lose a message that was delivered 20 times, unless told otherwise.
    for _ in 0..30 {
        let listed = dead::list(&bus, &INTENT_SERVICE, 10).await.unwrap();
        let reasons: Vec<_> = listed.into_iter().map(|message| message.reason).collect();
        assert_eq!(
            reasons,
            ["nobody knows 1", "nobody knows 2", "nobody knows 3"]
        );
    }
    stop(&shutdown).await;
}

#[tokio::test]
async fn replayed_events_are_handled_and_the_others_stay() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let events = [watermark(1), watermark(2), watermark(3)];
    let (seen, mended) = bury(&broker, &bus, &shutdown, &events).await;

    // Nothing changed: it dies again.
    let second = Selection::Ids(BTreeSet::from([events[1].id.to_string()]));
    assert_eq!(
        dead::replay(&bus, &INTENT_SERVICE, &second).await.unwrap(),
        1
    );
    seen.until(&[1, 2, 3, 2]).await;
    until_depth(&broker, INTENT_SERVICE.dead, 3).await;

    mended.store(true, Ordering::Relaxed);
    assert_eq!(
        dead::replay(&bus, &INTENT_SERVICE, &second).await.unwrap(),
        1
    );
    seen.until(&[1, 2, 3, 2, 2]).await;
    until_depth(&broker, INTENT_SERVICE.dead, 2).await;
    assert_eq!(
        dead::replay(&bus, &INTENT_SERVICE, &Selection::All)
            .await
            .unwrap(),
        2
    );
    seen.until(&[1, 2, 3, 2, 2, 1, 3]).await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
    assert!(broker.leftovers().await.is_empty());
}

#[tokio::test]
async fn what_the_broker_gave_up_on_is_listed_with_its_reason() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    broker.publish(&watermark(1)).await;
    // A handler that takes the whole process down would do this a thousand times.
    let channel = broker.admin().await;
    for _ in 0..=1_000 {
        let Some(message) = channel
            .basic_get(INTENT_SERVICE.name.into(), Default::default())
            .await
            .unwrap()
        else {
            break;
        };
        let back = lapin::options::BasicNackOptions {
            requeue: true,
            ..Default::default()
        };
        message.nack(back).await.unwrap();
    }
    until_depth(&broker, INTENT_SERVICE.dead, 1).await;
    let listed = dead::list(&bus, &INTENT_SERVICE, 10).await.unwrap();
    assert_eq!(listed[0].reason, "delivery_limit");
    assert!(listed[0].died_at.is_some());

    let seen = consume_all(&bus, &INTENT_SERVICE, &shutdown);
    assert_eq!(
        dead::replay(&bus, &INTENT_SERVICE, &Selection::All)
            .await
            .unwrap(),
        1
    );
    seen.until(&[1]).await;
    stop(&shutdown).await;
}

#[tokio::test]
async fn an_event_that_no_queue_was_bound_for_is_listed_by_its_publisher_and_sent_again() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let gateway = broker.bus(Producer::ApiGateway, &shutdown).await;
    let verifier = broker.bus(Producer::ImapVerifier, &shutdown).await;
    broker.unbind(IMAP_VERIFIER.name, "merchant.*").await;
    let event = merchant(1);
    broker.publish_raw(&event).await;
    assert_eq!(broker.leftovers().await, [(topology::UNROUTED, 1)]);

    let listed = dead::list_unrouted(&gateway, 10).await.unwrap();
    assert_eq!(listed[0].id, event.id.to_string());
    assert_eq!(listed[0].reason, "no queue was bound for it");
    // It is nobody else's to publish.
    let others = dead::replay(&verifier, &IMAP_VERIFIER, &Selection::All).await;
    assert_eq!(others.unwrap(), 0);

    broker.declare().await;
    let seen = consume_all(&verifier, &IMAP_VERIFIER, &shutdown);
    let replayed = dead::replay_unrouted(&gateway, &Selection::All).await;
    assert_eq!(replayed.unwrap(), 1);
    seen.until(&[1]).await;
    stop(&shutdown).await;
    assert!(broker.leftovers().await.is_empty());
}
