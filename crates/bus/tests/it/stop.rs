use std::sync::Arc;

use bus::{Bus, Delivery, Outcome, Transient, consume, topology::INTENT_SERVICE};
use domain::event::Producer;
use runtime::{Shutdown, shutdown::Ending};
use testkit::{TestBroker, wait};
use tokio::sync::Notify;

use crate::support::*;

/// A consumer whose handler waits for a word before it ends.
fn consume_slowly(bus: &Bus, shutdown: &Shutdown) -> (Seen, Arc<Notify>) {
    let (seen, go_on) = (Seen::default(), Arc::new(Notify::new()));
    let (noting, waiting) = (seen.clone(), go_on.clone());
    let handler = move |delivery: Delivery| {
        noting.note(&delivery);
        let waiting = waiting.clone();
        async move {
            waiting.notified().await;
            Ok(Outcome::Ack)
        }
    };
    let consumer = consume(bus.clone(), &INTENT_SERVICE, handler, shutdown.clone());
    shutdown.spawn("consumer", consumer);
    (seen, go_on)
}

#[tokio::test]
async fn a_soft_stop_finishes_the_event_in_hand_and_gives_the_rest_back() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    for n in 1..=5 {
        broker.publish(&watermark(n)).await;
    }
    let (seen, go_on) = consume_slowly(&bus, &shutdown);
    seen.until(&[1]).await;
    shutdown.begin();
    go_on.notify_one();
    assert_eq!(shutdown.finished(GRACE).await, Ending::Drained);
    assert_eq!(seen.now(), [1]);
    let left = broker.drain(INTENT_SERVICE.name).await;
    assert_eq!(numbers(&left), [2, 3, 4, 5]);
}

#[tokio::test]
async fn a_hard_stop_drops_the_event_in_hand_which_comes_again() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    broker.publish(&watermark(1)).await;
    let (seen, _never) = consume_slowly(&bus, &shutdown);
    seen.until(&[1]).await;
    shutdown.begin();
    shutdown.hard.cancel();
    assert_eq!(shutdown.finished(GRACE).await, Ending::Forced);
    until_depth(&broker, INTENT_SERVICE.name, 1).await;
}

#[tokio::test]
async fn a_retry_does_not_hold_up_a_soft_stop() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    broker.publish(&watermark(1)).await;
    broker.publish(&watermark(2)).await;
    let seen = Seen::default();
    let noting = seen.clone();
    let handler = move |delivery: Delivery| {
        noting.note(&delivery);
        async { Err(Transient::from("the database is away")) }
    };
    shutdown.spawn(
        "consumer",
        consume(bus, &INTENT_SERVICE, handler, shutdown.clone()),
    );
    wait::until(wait::PATIENCE, async || match seen.now() {
        seen if seen.len() >= 3 => Ok(()),
        seen => Err(seen),
    })
    .await;
    stop(&shutdown).await;
    assert!(!seen.now().contains(&2));
    let left = broker.drain(INTENT_SERVICE.name).await;
    assert_eq!(numbers(&left), [1, 2]);
}
