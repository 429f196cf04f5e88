use std::sync::Arc;

use bus::{
    Delivery, Outcome, Transient, consume,
    consumer::consume_in_lanes,
    dead,
    topology::{self, INTENT_SERVICE},
};
use domain::event::Producer;
use runtime::Shutdown;
use testkit::{ChaosProxy, TestBroker, wait};
use tokio::sync::Notify;

use crate::support::*;

#[tokio::test]
async fn events_are_handled_in_order_and_gone_afterwards() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let seen = consume_all(&bus, &INTENT_SERVICE, &shutdown);
    for n in 1..=5 {
        broker.publish(&watermark(n)).await;
    }
    seen.until(&[1, 2, 3, 4, 5]).await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
    assert!(broker.leftovers().await.is_empty());
}

#[tokio::test]
async fn a_failure_that_passes_is_retried_in_place_and_order_is_kept() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    for n in 1..=3 {
        broker.publish(&watermark(n)).await;
    }
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = move |delivery: Delivery| {
        // Retries are ours: the broker delivered each once.
        assert!(!delivery.redelivered);
        let n = noting.note(&delivery);
        async move {
            if n == 2 && delivery.attempt < 4 {
                return Err(Transient::from("the database is away"));
            }
            Ok(Outcome::Ack)
        }
    };
    shutdown.spawn(
        "consumer",
        consume(bus, &INTENT_SERVICE, handler, shutdown.clone()),
    );
    seen.until(&[1, 2, 2, 2, 2, 3]).await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

#[tokio::test]
async fn a_panic_is_contained_and_its_event_tried_again() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = move |delivery: Delivery| {
        noting.note(&delivery);
        assert!(
            delivery.attempt > 1,
            "the first call panics before its future"
        );
        async move {
            assert!(
                delivery.attempt > 2,
                "the second call panics inside its future"
            );
            Ok(Outcome::Ack)
        }
    };
    shutdown.spawn(
        "consumer",
        consume(bus, &INTENT_SERVICE, handler, shutdown.clone()),
    );
    broker.publish(&watermark(1)).await;
    broker.publish(&watermark(2)).await;
    seen.until(&[1, 1, 1, 2, 2, 2]).await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

#[tokio::test]
async fn a_consumer_goes_on_after_its_connection_was_cut() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let bus = broker
        .bus_via(Producer::IntentService, proxy.address(), &shutdown)
        .await;
    let seen = consume_all(&bus, &INTENT_SERVICE, &shutdown);
    broker.publish(&watermark(1)).await;
    seen.until(&[1]).await;
    proxy.cut();
    broker.publish(&watermark(2)).await;
    proxy.cut();
    broker.publish(&watermark(3)).await;
    wait::until(wait::PATIENCE, async || {
        // At least once: what was not acknowledged before a cut comes again.
        let mut handled = seen.now();
        handled.dedup();
        if handled == [1, 2, 3] {
            Ok(())
        } else {
            Err(handled)
        }
    })
    .await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

#[tokio::test]
async fn an_event_whose_acknowledgement_was_cut_off_comes_again() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let bus = broker
        .bus_via(Producer::IntentService, proxy.address(), &shutdown)
        .await;
    let (seen, go_on) = (Seen::default(), Arc::new(Notify::new()));
    let (noting, waiting) = (seen.clone(), go_on.clone());
    let handler = move |delivery: Delivery| {
        noting.note(&delivery);
        let waiting = waiting.clone();
        async move {
            if !delivery.redelivered {
                waiting.notified().await;
            }
            Ok(Outcome::Ack)
        }
    };
    shutdown.spawn(
        "consumer",
        consume(bus.clone(), &INTENT_SERVICE, handler, shutdown.clone()),
    );
    broker.publish(&watermark(1)).await;
    seen.until(&[1]).await;
    proxy.cut();
    wait::until(wait::PATIENCE, async || {
        if broker.depth(INTENT_SERVICE.name).await == 1 {
            Ok(())
        } else {
            Err(())
        }
    })
    .await;
    go_on.notify_one();
    seen.until(&[1, 1]).await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

#[tokio::test]
async fn one_subject_that_waits_does_not_hold_up_another_lane() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let (seen, go_on) = (Seen::default(), Arc::new(Notify::new()));
    let (noting, waiting) = (seen.clone(), go_on.clone());
    let handler = move |delivery: Delivery| {
        let n = noting.note(&delivery);
        let waiting = waiting.clone();
        async move {
            if n == 1 {
                waiting.notified().await;
            }
            Ok(Outcome::Ack)
        }
    };
    let consumer = consume_in_lanes(bus, &INTENT_SERVICE, 4, handler, shutdown.clone());
    shutdown.spawn("consumer", consumer);
    broker.publish(&watermark_of(1, 1)).await;
    seen.until(&[1]).await;
    // The same subject waits behind it; of eight others some are in other lanes.
    broker.publish(&watermark_of(1, 2)).await;
    for subject in 2..10 {
        broker.publish(&watermark_of(subject, 100)).await;
    }
    wait::until(wait::PATIENCE, async || match seen.now() {
        seen if seen.contains(&100) => Ok(()),
        seen => Err(seen),
    })
    .await;
    assert!(!seen.now().contains(&2));
    go_on.notify_one();
    wait::until(wait::PATIENCE, async || match seen.now() {
        seen if seen.len() == 10 => Ok(()),
        seen => Err(seen),
    })
    .await;
    stop(&shutdown).await;
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

#[tokio::test]
async fn what_can_never_be_handled_is_put_aside_even_where_the_dead_letter_queue_is_missing() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    broker.delete_queue(INTENT_SERVICE.dead).await;
    let handler = |_| async { Ok(Outcome::Dead("no such account".to_owned())) };
    shutdown.spawn(
        "consumer",
        consume(bus.clone(), &INTENT_SERVICE, handler, shutdown.clone()),
    );
    broker.publish(&watermark(1)).await;
    until_depth(&broker, INTENT_SERVICE.dead, 1).await;
    until_depth(&broker, INTENT_SERVICE.name, 0).await;
    let dead = dead::list(&bus, &INTENT_SERVICE, 10).await.unwrap();
    assert_eq!(dead[0].reason, "no such account");
    stop(&shutdown).await;
}

#[tokio::test]
async fn content_that_is_no_event_is_put_aside_with_its_reason() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let seen = consume_all(&bus, &INTENT_SERVICE, &shutdown);
    let channel = broker.channel(Producer::ImapVerifier).await;
    let body = br#"{"specversion":"1.0"}"#;
    testkit::broker::publish(
        &channel,
        topology::EVENTS,
        "mail.watermark",
        Default::default(),
        body,
    )
    .await
    .unwrap();
    broker.publish(&watermark(1)).await;
    seen.until(&[1]).await;
    let dead = dead::list(&bus, &INTENT_SERVICE, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(
        dead[0]
            .reason
            .starts_with("is not a CloudEvents 1.0 JSON object")
    );
    assert_eq!(dead[0].body.as_bytes(), body);
    assert!(!dead[0].id.is_empty());
    stop(&shutdown).await;
}
