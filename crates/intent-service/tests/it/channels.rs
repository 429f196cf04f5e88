//! How fast an account's channels tell.

use crate::support::*;
use bus::Outcome;
use domain::event::Observation;
use domain::evidence::Strength;
use domain::ids::{AccountId, ObservationId};
use domain::{ErrorCode, Interval, Precision};
use intent_service::commands::start_channel_test::start_channel_test;
use intent_service::queries::channels::get_channels;
use intent_service::reply;
use jiff::SignedDuration;
use proto::{Fault, intent as pb};

async fn start(world: &World, account: AccountId) -> pb::ChannelTest {
    let (test, account) = start_channel_test(&world.core, merchant(1), account)
        .await
        .unwrap();
    reply::channel_test(&test, &account).unwrap()
}

async fn channels(world: &World, account: AccountId) -> pb::Channels {
    let (account, tests) = get_channels(&world.core, merchant(1), account)
        .await
        .unwrap();
    reply::channels(&account, &tests).unwrap()
}

/// A payment of the test that was seen so many seconds after it was made.
async fn paid(world: &World, account: AccountId, paise: i64, seconds: i64) -> Observation {
    let credit = world.credit(account, paise).await;
    Observation {
        seen_at: credit.interval.from() + SignedDuration::from_secs(seconds),
        ..credit
    }
}

#[tokio::test]
async fn the_delay_of_both_payments_becomes_the_grace_of_new_intents() {
    let (world, shop, account) = World::shop().await;
    assert_eq!(channels(&world, account).await.grace_s, 600);
    let test = start(&world, account).await;
    let amounts: Vec<i64> = test
        .payments
        .iter()
        .map(|p| paise(p.payable.as_ref()))
        .collect();
    assert!((100..=199).contains(&amounts[0]) && (60_000..=60_999).contains(&amounts[1]));
    let small = paid(&world, account, amounts[0], 20).await;
    assert_eq!(world.tell(small.clone()).await, Outcome::Ack);
    // Another channel tells of the same payment later, and knows less.
    let other = Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(2),
        seen_at: small.seen_at + SignedDuration::from_secs(200),
        payer_name: None,
        ..small
    };
    assert_eq!(world.tell(other).await, Outcome::Ack);
    let after = channels(&world, account).await;
    assert_eq!(after.alert_delay_s, None, "the larger one is still to come");
    let large = paid(&world, account, amounts[1], 30).await;
    assert_eq!(world.tell(large).await, Outcome::Ack);

    let after = channels(&world, account).await;
    assert_eq!((after.alert_delay_s, after.grace_s), (Some(220), 220));
    let seen = &after.tests[0].payments[0].sightings;
    let told: Vec<_> = seen
        .iter()
        .map(|s| (s.delay_ms, s.after_first_ms))
        .collect();
    assert_eq!(told, [(Some(20_000), 0), (Some(220_000), 200_000)]);
    assert_eq!(seen[0].fields, ["utr", "payer_vpa", "payer_name"]);
    assert_eq!(seen[1].fields, ["utr", "payer_vpa"]);
    // No payment of a test waits for a person, and imap-verifier is told.
    let waiting = world
        .waiting(intent_service::queries::unmatched::State::Open)
        .await;
    assert!(waiting.is_empty(), "{waiting:?}");
    let told = world
        .text("SELECT envelope AS text FROM intents.outbox WHERE event_type = 'account.measured'")
        .await;
    assert!(told.contains("\"alert_delay_s\":220"), "{told}");
    // What is frozen into an intent is the grace at its creation.
    world.create(shop, "A", 49_900).await;
    let grace = world
        .text("SELECT grace_s::text AS text FROM intents.intents WHERE order_id = 'A'")
        .await;
    assert_eq!(grace, "220");
}

#[tokio::test]
async fn alerts_without_a_time_measure_nothing_and_fast_ones_two_minutes() {
    let (world, _, account) = World::shop().await;
    let amounts = |test: &pb::ChannelTest| -> Vec<i64> {
        test.payments
            .iter()
            .map(|p| paise(p.payable.as_ref()))
            .collect()
    };
    let test = start(&world, account).await;
    for amount in amounts(&test) {
        let told = paid(&world, account, amount, 5).await;
        let day = Interval::new(told.interval.from(), told.interval.to(), Precision::Date).unwrap();
        let told = Observation {
            interval: day,
            strength: Strength::Provisional,
            ..told
        };
        assert_eq!(world.tell(told).await, Outcome::Ack);
    }
    let after = channels(&world, account).await;
    assert_eq!(after.alert_delay_s, None);
    assert_eq!(after.tests[0].payments[1].sightings[0].delay_ms, None);
    world.pass(minutes(40)).await;
    let test = start(&world, account).await;
    for amount in amounts(&test) {
        let told = paid(&world, account, amount, 5).await;
        assert_eq!(world.tell(told).await, Outcome::Ack);
    }
    let after = channels(&world, account).await;
    assert_eq!(after.alert_delay_s, Some(120));
    assert_eq!(after.tests[0].measured_delay_s, Some(120));
    assert_eq!(after.tests[1].measured_delay_s, None);
}

#[tokio::test]
async fn only_the_owner_of_a_live_account_tests_it() {
    let (world, _, account) = World::shop().await;
    let other = merchant(2);
    let try_as = async |scope, account| {
        start_channel_test(&world.core, scope, account)
            .await
            .map_err(Fault::from)
    };
    refused(try_as(other, account).await, ErrorCode::NotFound, None);
    world.grant(account, other).await;
    refused(try_as(other, account).await, ErrorCode::Forbidden, None);
    let proving = world
        .register(merchant(1), "new@okbank", DEDICATED)
        .await
        .unwrap();
    refused(
        try_as(merchant(1), proving).await,
        ErrorCode::WrongState,
        None,
    );
}
