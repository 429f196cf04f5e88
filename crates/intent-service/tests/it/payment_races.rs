//! Payments that come together: each counts once, and for its own intent.

use crate::chance::chance;
use crate::support::*;
use domain::event::Observation;
use domain::ids::ObservationId;
use domain::{Interval, Money};
use jiff::{SignedDuration, Timestamp};
use proto::convert::parse_timestamp;
use proto::intent as pb;
use testkit::wait;

#[tokio::test]
async fn the_same_alert_in_two_mailboxes_settles_once() {
    let (world, shop, account) = World::shop().await;
    world.watch(mailbox(2), account, true).await;
    for n in 0..10 {
        let order = format!("A{n}");
        let intent = world.create(shop, &order, 49_900).await;
        let one = world.credit(account, payable(&intent)).await;
        let other = Observation {
            observation_id: ObservationId::new(),
            source_id: mailbox(2),
            // One bank prints the zero, the other does not.
            reference: format!("0{}", one.reference),
            ..one.clone()
        };
        tokio::join!(world.tell_until_taken(one), world.tell_until_taken(other));
        let explained = world.explain(shop, &order).await;
        assert_eq!(explained.evidence.len(), 1);
        assert_eq!(explained.evidence[0].sightings, 1);
        let settled = explained.intent.unwrap();
        assert_eq!(settled.status(), pb::IntentStatus::Settled);
        assert_eq!(paise(settled.received.as_ref()), payable(&intent));
        assert_eq!(settled.sequence, 2);
    }
    world.hold().await;
}

/// Opened at 10:00:30, paid at 10:00:50, and the alert says "10:00".
#[tokio::test]
async fn an_intent_opened_within_the_printed_minute_settles() {
    let (world, shop, account) = World::shop().await;
    let now = world.now().await;
    let second = SignedDuration::from_secs(now.as_second().rem_euclid(60));
    // To half a minute past the next minute.
    world.pass(SignedDuration::from_secs(90) - second).await;
    let minute = world.now().await.as_second().div_euclid(60) * 60;
    let intent = world.create(shop, "A", 49_900).await;
    world.pass(SignedDuration::from_secs(20)).await;
    let told = Observation {
        interval: Interval::minute(Timestamp::from_second(minute).unwrap()),
        ..world.credit(account, payable(&intent)).await
    };
    assert!(told.interval.from() < parse_timestamp(intent.created_at.as_ref()).unwrap());
    assert_eq!(world.tell(told).await, bus::Outcome::Ack);
    let seen = world.get(shop, "A").await;
    assert_eq!(seen.status(), pb::IntentStatus::Settled);
    assert!(!seen.late);
    world.hold().await;
}

#[tokio::test]
async fn fifty_equal_orders_paid_in_any_order_settle_each_by_its_own_money() {
    let (world, shop, account) = World::shop().await;
    let mut chance = chance();
    let names: Vec<String> = (0..50).map(|n| format!("A{n}")).collect();
    let created = futures(names.iter().map(|name| async {
        let request = World::request(name, 49_900);
        wait::until(wait::PATIENCE, async || {
            world.try_create(shop, &request).await
        })
        .await
    }));
    let created = created.await;
    let mut payments = Vec::new();
    for (name, reply) in names.iter().zip(created) {
        let told = world.credit(account, payable(&reply.intent.unwrap())).await;
        payments.push((name, told));
    }
    chance.shuffle(&mut payments);
    futures(
        payments
            .iter()
            .map(|(_, told)| world.tell_until_taken(told.clone())),
    )
    .await;
    for (name, told) in &payments {
        let explained = world.explain(shop, name).await;
        let settled = explained.intent.unwrap();
        assert_eq!(settled.status(), pb::IntentStatus::Settled, "{name}");
        assert_eq!(settled.references.join(" "), told.reference, "{name}");
        assert_eq!(told.amount, Money::inr(payable(&settled)));
        assert_eq!(settled.sequence, 2);
    }
    world.hold().await;
}
