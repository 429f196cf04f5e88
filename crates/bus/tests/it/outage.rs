//! The relay while its broker is away, broken or silent.

use std::collections::BTreeMap;

use bus::{Relay, topology::INTENT_SERVICE};
use db::Schema;
use domain::event::Producer;
use futures_util::future::join;
use runtime::Shutdown;
use testkit::{ChaosProxy, TestBroker, TestDb, wait};

use crate::support::*;

#[tokio::test]
async fn a_cut_before_the_confirms_keeps_every_row_and_the_second_copy_has_the_same_id() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let databases = db.databases(Schema::Mail);
    let bus = broker
        .bus_via(Producer::ImapVerifier, proxy.address(), &shutdown)
        .await;
    let mut relay = Relay::new(&bus, &databases);
    append(&databases, &[watermark(0)]).await;
    assert_eq!(relay.run_once().await.unwrap(), relayed(1, 0));

    let events: Vec<_> = (1..=50).map(watermark).collect();
    append(&databases, &events).await;
    proxy.pause_answers();
    let cut = async {
        until_depth(&broker, INTENT_SERVICE.name, 51).await;
        proxy.cut();
        proxy.heal();
    };
    let (outcome, ()) = join(relay.run_once(), cut).await;
    assert_eq!(outcome.unwrap(), relayed(0, 50));
    assert_eq!(waiting(&databases).await.len(), 50);

    until_relayed(&mut relay, 50).await;
    assert!(waiting(&databases).await.is_empty());
    let published = broker.drain(INTENT_SERVICE.name).await;
    assert_eq!(published.len(), 101);
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for id in message_ids(&published) {
        *copies.entry(id).or_default() += 1;
    }
    assert_eq!(copies.len(), 51, "a second copy has an id of its own");
}

#[tokio::test]
async fn events_wait_while_the_broker_is_away_and_go_out_when_it_is_back() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let databases = db.databases(Schema::Mail);
    let bus = broker
        .bus_via(Producer::ImapVerifier, proxy.address(), &shutdown)
        .await;
    let relay = Relay::new(&bus, &databases);
    shutdown.spawn_last("relay", relay.run(shutdown.clone()));
    proxy.stop();
    wait::until(wait::PATIENCE, async || {
        if bus.is_connected() {
            Err("connected")
        } else {
            Ok(())
        }
    })
    .await;
    append(&databases, &[watermark(1), watermark(2)]).await;
    proxy.heal();
    until_depth(&broker, INTENT_SERVICE.name, 2).await;
    stop(&shutdown).await;
    assert!(waiting(&databases).await.is_empty());
}

#[tokio::test]
async fn a_broker_that_stops_answering_is_left_and_found_again() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let databases = db.databases(Schema::Mail);
    let bus = broker
        .bus_via(Producer::ImapVerifier, proxy.address(), &shutdown)
        .await;
    let mut relay = Relay::new(&bus, &databases);
    append(&databases, &[watermark(1)]).await;
    assert_eq!(relay.run_once().await.unwrap(), relayed(1, 0));

    append(&databases, &[watermark(2)]).await;
    proxy.pause();
    assert_eq!(relay.run_once().await.unwrap(), relayed(0, 1));
    // The dead connection stays dead: a new one is made.
    wait::until(wait::PATIENCE, async || {
        if bus.is_connected() {
            Err("connected")
        } else {
            Ok(())
        }
    })
    .await;
    proxy.cut();
    proxy.heal();
    until_relayed(&mut relay, 1).await;
    assert_eq!(numbers(&broker.drain(INTENT_SERVICE.name).await), [1, 2]);
}

async fn until_relayed(relay: &mut Relay, published: usize) {
    wait::until(wait::PATIENCE, async || match relay.run_once().await {
        Ok(outcome) if outcome == relayed(published, 0) => Ok(()),
        other => Err(other),
    })
    .await;
}
