use std::{collections::BTreeMap, convert::Infallible};

use bus::{
    Relay,
    relay::RelayOutcome,
    topology::{self, IMAP_VERIFIER, INTENT_SERVICE},
};
use db::Schema;
use domain::event::Producer;
use lapin::types::FieldTable;
use runtime::{Env, Shutdown, settings::CommonSettings, telemetry};
use testkit::{TestBroker, TestDb, wait};

use crate::support::*;

const IDLE: RelayOutcome = RelayOutcome::Relayed {
    published: 0,
    kept: 0,
};

#[tokio::test]
async fn events_are_published_in_order_and_their_rows_deleted() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Mail);
    let bus = broker.bus(Producer::ImapVerifier, &shutdown).await;
    let events: Vec<_> = (1..=600).map(watermark).collect();
    append(&databases, &events).await;

    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(relay.run_once().await.unwrap(), relayed(500, 0));
    assert_eq!(relay.run_once().await.unwrap(), relayed(100, 0));
    assert_eq!(relay.run_once().await.unwrap(), IDLE);

    assert!(waiting(&databases).await.is_empty());
    let published = broker.drain(INTENT_SERVICE.name).await;
    assert_eq!(numbers(&published), (1..=600).collect::<Vec<_>>());
    let properties = &published[0].properties;
    let id = events[0].id.to_string();
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), id);
    assert_eq!(
        properties.kind().as_ref().unwrap().as_str(),
        "mail.watermark"
    );
    assert_eq!(*properties.delivery_mode(), Some(2));
    assert_eq!(
        properties.user_id().as_ref().unwrap().as_str(),
        "imap-verifier"
    );
    assert_eq!(
        properties.content_type().as_ref().unwrap().as_str(),
        "application/cloudevents+json"
    );
}

#[tokio::test]
async fn an_event_that_no_queue_is_bound_for_lands_in_unrouted() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Gateway);
    let bus = broker.bus(Producer::ApiGateway, &shutdown).await;
    broker.unbind(IMAP_VERIFIER.name, "merchant.*").await;
    append(&databases, &[merchant(1)]).await;

    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(relay.run_once().await.unwrap(), relayed(1, 0));
    assert!(waiting(&databases).await.is_empty());
    assert_eq!(broker.leftovers().await, [(topology::UNROUTED, 1)]);
}

#[tokio::test]
async fn without_an_unrouted_queue_the_event_stays_and_the_topology_is_mended() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Gateway);
    let bus = broker.bus(Producer::ApiGateway, &shutdown).await;
    broker.unbind(IMAP_VERIFIER.name, "merchant.*").await;
    broker.delete_queue(topology::UNROUTED).await;
    append(&databases, &[merchant(1)]).await;

    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(relay.run_once().await.unwrap(), relayed(0, 1));
    assert_eq!(waiting(&databases).await, [1]);
    assert_eq!(relay.run_once().await.unwrap(), relayed(1, 0));
    assert_eq!(broker.depth(IMAP_VERIFIER.name).await, 1);
}

/// The broker may confirm several messages at once, and the client then hands a returned message to any of them.
#[tokio::test]
async fn of_a_mixed_batch_only_what_was_returned_stays() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Gateway);
    let bus = broker.bus(Producer::ApiGateway, &shutdown).await;
    broker.unbind(IMAP_VERIFIER.name, "merchant.*").await;
    let admin = broker.admin().await;
    admin
        .queue_bind(
            IMAP_VERIFIER.name.into(),
            topology::EVENTS.into(),
            "merchant.created".into(),
            Default::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    broker.delete_queue(topology::UNROUTED).await;
    // Even numbers have a queue, odd ones have none.
    let events = (1..=400).map(|n| {
        if n % 2 == 0 {
            new_merchant(n)
        } else {
            merchant(n)
        }
    });
    append(&databases, &events.collect::<Vec<_>>()).await;

    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(relay.run_once().await.unwrap(), relayed(200, 200));
    let odd: Vec<i64> = (1..=400).filter(|n| n % 2 == 1).collect();
    assert_eq!(waiting(&databases).await, odd);
}

#[tokio::test]
async fn of_two_relays_one_works_and_the_other_takes_over_when_it_dies() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Mail);
    let bus = broker.bus(Producer::ImapVerifier, &shutdown).await;
    let mut first = Relay::new(&bus, &databases);
    let mut second = Relay::new(&bus, &databases);
    append(&databases, &[watermark(1)]).await;
    assert_eq!(first.run_once().await.unwrap(), relayed(1, 0));

    append(&databases, &[watermark(2)]).await;
    assert_eq!(second.run_once().await.unwrap(), RelayOutcome::Standby);
    // It dies without giving its lease up.
    drop(first);
    wait::until(wait::PATIENCE, async || match second.run_once().await {
        Ok(RelayOutcome::Relayed { published: 1, .. }) => Ok(()),
        other => Err(other),
    })
    .await;
    assert_eq!(numbers(&broker.drain(INTENT_SERVICE.name).await), [1, 2]);
}

#[tokio::test]
async fn a_stopping_relay_sends_what_is_there_and_leaves_its_lease() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Mail);
    let bus = broker.bus(Producer::ImapVerifier, &shutdown).await;
    let relay = Relay::new(&bus, &databases);
    shutdown.spawn_last("relay", relay.run(shutdown.clone()));
    append(&databases, &[watermark(1)]).await;
    until_depth(&broker, INTENT_SERVICE.name, 1).await;
    // A task's last word, written while it is already stopping.
    let (soft, writes) = (shutdown.soft.clone(), databases.clone());
    shutdown.spawn("writer", async move {
        soft.cancelled().await;
        append(&writes, &[watermark(2)]).await;
        Ok::<_, Infallible>(())
    });
    stop(&shutdown).await;
    assert!(waiting(&databases).await.is_empty());

    // Nobody waits for the lease to run out.
    let shutdown = Shutdown::new();
    let bus = broker.bus(Producer::ImapVerifier, &shutdown).await;
    append(&databases, &[watermark(3)]).await;
    let outcome = Relay::new(&bus, &databases).run_once().await;
    assert_eq!(outcome.unwrap(), relayed(1, 0));
}

#[tokio::test]
async fn an_event_stays_in_the_trace_of_its_cause() {
    let common = Env::from_map::<&str, &str>([])
        .read_with(CommonSettings::read)
        .unwrap();
    let _telemetry = telemetry::init("test", &common).unwrap();
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Mail);
    let bus = broker.bus(Producer::ImapVerifier, &shutdown).await;
    let trace_id = "0af7651916cd43dd8448eb211c80319c";
    let cause = format!("00-{trace_id}-b7ad6b7169203331-01");
    let trace = BTreeMap::from([("traceparent".to_owned(), cause.clone())]);
    append_traced(&databases, &[watermark(1)], &trace).await;

    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let handler = move |_| {
        let _ = told.send(runtime::trace::current_trace_id());
        async { Ok(bus::Outcome::Ack) }
    };
    let (stop_all, consumer) = (
        shutdown.clone(),
        broker.bus(Producer::IntentService, &shutdown).await,
    );
    shutdown.spawn(
        "consumer",
        bus::consume(consumer, &INTENT_SERVICE, handler, stop_all),
    );
    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(relay.run_once().await.unwrap(), relayed(1, 0));
    assert_eq!(heard.recv().await.unwrap().as_deref(), Some(trace_id));
    stop(&shutdown).await;
}
