//! What a service with a stolen password cannot do.

use bus::{
    Relay,
    dead::{self, Selection},
    relay::RelayOutcome,
    topology::{self, INTENT_SERVICE},
};
use db::{Databases, Schema};
use domain::event::Producer;
use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable},
};
use runtime::Shutdown;
use testkit::{TestBroker, TestDb, broker::publish, wait};

use crate::support::*;

#[tokio::test]
async fn a_service_cannot_publish_anothers_event_and_its_own_go_on() {
    let (db, broker, shutdown) = (
        TestDb::new().await,
        TestBroker::new().await,
        Shutdown::new(),
    );
    let databases = db.databases(Schema::Gateway);
    let bus = broker.bus(Producer::ApiGateway, &shutdown).await;
    append(&databases, &[merchant(1), watermark(2), merchant(3)]).await;

    let mut relay = Relay::new(&bus, &databases);
    assert_eq!(
        published_until_only_2_waits(&mut relay, &databases).await,
        2
    );
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
    let published = broker.drain(topology::IMAP_VERIFIER.name).await;
    let mut published = numbers(&published);
    published.sort_unstable();
    published.dedup();
    assert_eq!(published, [1, 3]);

    // The forged row keeps nothing else back in later passes either.
    append(&databases, &[merchant(4)]).await;
    assert_eq!(
        published_until_only_2_waits(&mut relay, &databases).await,
        1
    );
    assert_eq!(relay.run_once().await.unwrap(), relayed(0, 0));
}

/// Passes of the relay until the outbox holds event 2 alone: how many events they say they published. A refusal may cost
/// the connection, for what was on its way to the closed channel is an error to the broker: the relay then begins anew,
/// as it does at work.
async fn published_until_only_2_waits(relay: &mut Relay, databases: &Databases) -> usize {
    let mut sum = 0;
    wait::until(wait::PATIENCE, async || {
        let pass = relay.run_once().await;
        if let Ok(RelayOutcome::Relayed { published, .. }) = pass {
            sum += published;
        }
        let left = waiting(databases).await;
        (left == [2])
            .then_some(())
            .ok_or_else(|| format!("{left:?} after {pass:?}"))
    })
    .await;
    sum
}

#[tokio::test]
async fn nobody_publishes_under_anothers_name_or_straight_into_a_queue() {
    let broker = TestBroker::new().await;
    broker.declare().await;
    let thief = Producer::WebhookDispatcher;
    let body = watermark(1).to_json().unwrap();
    let named = |user: Producer| BasicProperties::default().with_user_id(user.name().into());

    for (exchange, key, properties) in [
        (topology::EVENTS, "observation.recorded", named(thief)),
        (
            topology::REPLAY,
            "intent-service",
            named(Producer::ImapVerifier),
        ),
        ("", INTENT_SERVICE.name, named(thief)),
    ] {
        let channel = broker.channel(thief).await;
        let refused = publish(&channel, exchange, key, properties, body.as_bytes()).await;
        assert!(
            refused.unwrap_err().is_amqp_soft_error(),
            "{exchange} {key}"
        );
    }
    assert_eq!(broker.depth(INTENT_SERVICE.name).await, 0);
}

/// The only way past the topic permissions is the replay exchange, which every service may use for its own queue.
#[tokio::test]
async fn an_observation_from_another_services_user_is_dead_lettered() {
    let (broker, shutdown) = (TestBroker::new().await, Shutdown::new());
    let bus = broker.bus(Producer::IntentService, &shutdown).await;
    let seen = consume_all(&bus, &INTENT_SERVICE, &shutdown);
    let thief = broker.channel(Producer::WebhookDispatcher).await;
    let body = watermark(1).to_json().unwrap();
    let anonymous = BasicProperties::default().with_message_id("forged".into());
    let named = anonymous.clone().with_user_id("webhook-dispatcher".into());
    // A note that only the consuming service may write.
    let mut note = FieldTable::default();
    note.insert(
        "x-noxpay-origin".into(),
        AMQPValue::LongString("imap-verifier".into()),
    );
    let noted = named.clone().with_headers(note.clone());
    let anonymous_and_noted = anonymous.clone().with_headers(note);
    let forgeries = [anonymous, named, noted, anonymous_and_noted];
    for properties in &forgeries {
        publish(
            &thief,
            topology::REPLAY,
            "intent-service",
            properties.clone(),
            body.as_bytes(),
        )
        .await
        .unwrap();
    }
    until_depth(&broker, INTENT_SERVICE.dead, 4).await;
    let reasons: Vec<_> = dead::list(&bus, &INTENT_SERVICE, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|message| message.reason)
        .collect();
    let nobody = "claims to be said by imap-verifier but the broker vouches for nobody";
    let dispatcher = "claims to be said by imap-verifier but was published by webhook-dispatcher";
    assert_eq!(reasons, [nobody, dispatcher, dispatcher, nobody]);

    // Straight into the dead-letter queue, to be replayed by an operator as if it were genuine.
    for properties in forgeries {
        publish(
            &thief,
            topology::DEAD,
            "intent-service",
            properties,
            body.as_bytes(),
        )
        .await
        .unwrap();
    }
    assert_eq!(
        dead::replay(&bus, &INTENT_SERVICE, &Selection::All)
            .await
            .unwrap(),
        8
    );
    until_depth(&broker, INTENT_SERVICE.name, 0).await;
    until_depth(&broker, INTENT_SERVICE.dead, 8).await;
    // Taking it back launders nothing, and a genuine event still comes through.
    broker.publish(&watermark(2)).await;
    seen.until(&[2]).await;
    stop(&shutdown).await;
}
