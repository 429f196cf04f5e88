use bus::{Tap, Tapped};
use domain::event::{IntentEvent, Producer};
use runtime::Shutdown;
use testkit::{ChaosProxy, TestBroker, wait};
use tokio::sync::broadcast::Receiver;

use crate::support::*;

/// The number of the next event, or `None` where pages are told to ask for the current state.
async fn next(pages: &mut Receiver<Tapped>) -> Option<i64> {
    match tokio::time::timeout(wait::PATIENCE, pages.recv()).await {
        Ok(Ok(Tapped::Event(envelope, _))) => Some(number(&envelope)),
        Ok(Ok(Tapped::Reconnected)) => None,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_replica_sees_what_becomes_of_intents_and_nothing_else() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let mut replicas = Vec::new();
    for _ in 0..2 {
        let bus = broker.bus(Producer::ApiGateway, &shutdown).await;
        let mut pages = Tap::start(&bus, &shutdown).subscribe();
        assert_eq!(next(&mut pages).await, None);
        replicas.push((bus, pages));
    }
    broker.publish(&intent(1)).await;
    broker.publish(&merchant(2)).await;
    broker.publish(&intent_event(IntentEvent::Created, 4)).await;
    broker.publish(&intent(3)).await;
    for (_, pages) in &mut replicas {
        assert_eq!(next(pages).await, Some(1));
        assert_eq!(next(pages).await, Some(3));
    }
    stop(&shutdown).await;
}

#[tokio::test]
async fn pages_are_told_to_ask_again_after_a_gap() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let bus = broker
        .bus_via(Producer::ApiGateway, proxy.address(), &shutdown)
        .await;
    let mut pages = Tap::start(&bus, &shutdown).subscribe();
    assert_eq!(next(&mut pages).await, None);
    broker.publish(&intent(1)).await;
    assert_eq!(next(&mut pages).await, Some(1));

    proxy.stop();
    broker.publish(&intent(2)).await;
    proxy.heal();
    assert_eq!(next(&mut pages).await, None);
    broker.publish(&intent(3)).await;
    assert_eq!(next(&mut pages).await, Some(3));
    stop(&shutdown).await;
}
