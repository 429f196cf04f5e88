//! Evidence counts once.

use crate::support::*;
use bus::Outcome;
use domain::StatusName::{Pending, Settled};
use domain::event::{Event, Observation};
use domain::ids::{AccountId, ObservationId};
use domain::{Mode, Money};
use proto::intent as pb;
use uuid::Uuid;

/// The same payment as another mailbox, or a second mail, would tell it.
fn again(told: &Observation) -> Observation {
    Observation {
        observation_id: ObservationId::new(),
        ..told.clone()
    }
}

fn dead(outcome: Outcome) -> String {
    match outcome {
        Outcome::Dead(reason) => reason,
        Outcome::Ack => panic!("acknowledged"),
    }
}

#[tokio::test]
async fn a_replayed_alert_settles_nothing_twice() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let mut told = world.noted(account, payable(&a), code(&a)).await;
    told.source_seq = world.next_seq(told.source_id);
    let event = Event::ObservationRecorded(Box::new(told.clone()));
    let envelope = world.envelope(event).await;
    for _ in 0..3 {
        assert_eq!(world.deliver(&envelope).await, Outcome::Ack);
    }
    assert_eq!(world.explain(shop, "A").await.evidence[0].sightings, 0);
    // Another message about the same payment.
    assert_eq!(world.tell(again(&told)).await, Outcome::Ack);
    let explained = world.explain(shop, "A").await;
    assert_eq!(explained.evidence.len(), 1);
    assert_eq!(explained.evidence[0].sightings, 1);
    assert!(!explained.evidence[0].contradicted);
    assert_eq!(explained.intent.unwrap().sequence, 2);
    world.hold().await;
}

#[tokio::test]
async fn the_same_alert_at_the_same_moment_counts_once() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let told = world.noted(account, payable(&a), code(&a)).await;
    let copies = (0..6).map(|_| world.tell(again(&told)));
    let outcomes = futures(copies).await;
    assert!(outcomes.iter().all(|o| *o == Outcome::Ack));
    let explained = world.explain(shop, "A").await;
    assert_eq!(explained.evidence[0].sightings, 5);
    assert_eq!(explained.intent.unwrap().sequence, 2);
    world.hold().await;
}

#[tokio::test]
async fn rrn_with_and_without_leading_zero_is_one() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let padded = Observation {
        reference: "084701812319".to_owned(),
        ..world.noted(account, payable(&a), code(&a)).await
    };
    let bare = Observation {
        reference: "84701812319".to_owned(),
        ..again(&padded)
    };
    assert_eq!(world.tell(padded).await, Outcome::Ack);
    assert_eq!(world.tell(bare).await, Outcome::Ack);
    let explained = world.explain(shop, "A").await;
    assert_eq!(explained.evidence[0].sightings, 1);
    // Shown as it was printed.
    assert_eq!(explained.intent.unwrap().references, ["084701812319"]);
    world.hold().await;
}

#[tokio::test]
async fn in_production_test_mode_takes_no_real_evidence() {
    let (mut world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let mut told = world.noted(account, payable(&a), code(&a)).await;
    told.proof.method = "dkim".to_owned();
    told.live = false;
    world.core.environment = runtime::Environment::Production;
    let refused = world.tell(told).await;
    assert!(
        matches!(&refused, Outcome::Dead(why) if why.contains("simulated")),
        "{refused:?}"
    );
    let explained = world.explain(shop, "A").await;
    assert!(explained.evidence.is_empty());
}

#[tokio::test]
async fn a_known_reference_with_another_amount_is_an_alarm_and_counts_for_nothing() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let told = world.noted(account, payable(&a), code(&a)).await;
    let other = Observation {
        amount: Money::inr(99_900),
        ..again(&told)
    };
    world.tell(told).await;
    assert_eq!(world.tell(other).await, Outcome::Ack);
    let explained = world.explain(shop, "A").await;
    assert!(explained.evidence[0].contradicted);
    let received = explained.intent.unwrap().received;
    assert_eq!(paise(received.as_ref()), 49_900);
    world.hold().await;
}

#[tokio::test]
async fn two_payments_of_one_moment_settle_one_intent_once() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(world.credit(account, payable(&a)).await);
    }
    futures(told.into_iter().map(|t| world.tell(t))).await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.received.as_ref()), 49_900);
    assert_eq!(settled.sequence, 2);
    world.hold().await;
}

#[tokio::test]
async fn parts_that_come_at_the_same_moment_are_all_counted() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 50_000).await;
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(world.noted(account, 10_000, code(&a)).await);
    }
    futures(told.into_iter().map(|t| async {
        // What met another at the same row is handed over again by the broker.
        world.tell_until_taken(t).await
    }))
    .await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.excess.as_ref()), 0);
    assert_eq!(settled.sequence, 6, "one event per part");
    world.hold().await;
}

#[tokio::test]
async fn evidence_of_a_merchant_without_a_grant_is_refused_for_good() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let stranger = Observation {
        merchant_id: merchant(2).merchant,
        ..world.noted(account, payable(&a), code(&a)).await
    };
    assert!(dead(world.tell(stranger).await).contains("no live grant"));
    let unknown = Observation {
        account_id: AccountId::new(),
        ..world.credit(account, 100).await
    };
    assert!(dead(world.tell(unknown).await).contains("no live grant"));
    let test = Observation {
        live: false,
        ..world.noted(account, payable(&a), code(&a)).await
    };
    assert!(dead(world.tell(test).await).contains("no test grant"));
    assert_eq!(world.status(shop, "A").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn content_that_breaks_a_constraint_is_refused_and_not_tried_for_ever() {
    let (world, _, account) = World::shop().await;
    let zero = world.credit(account, 0).await;
    assert_eq!(dead(world.tell(zero).await), "the amount is not positive");
    let told = world.credit(account, 100).await;
    let same_id = Observation {
        reference: "300000000003".to_owned(),
        ..told.clone()
    };
    world.tell(told).await;
    assert!(dead(world.tell(same_id).await).contains("observations_pkey"));
}

#[tokio::test]
async fn test_evidence_cannot_be_allocated_to_a_live_intent_even_by_sql() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let test = db::Scope {
        mode: Mode::Test,
        ..shop
    };
    let test_account = world.account(test, "shop@okbank", DEDICATED).await;
    assert_ne!(test_account, account);
    let told = Observation {
        live: false,
        note: None,
        ..world.noted(test_account, payable(&a), code(&a)).await
    };
    let id = told.observation_id;
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    let mut conn = world.core.databases.worker.get().await.unwrap();
    for live in [true, false] {
        let forged = format!(
            "INSERT INTO allocations (merchant_id, live, intent_id, option_no, observation_id, kind, amount, rung, allocated_at) \
             VALUES ('{}', {live}, '{}', 1, '{id}', 'receipt', 1, 'code', now())",
            shop.merchant, a.id
        );
        let error = diesel_async::RunQueryDsl::execute(diesel::sql_query(forged), &mut conn)
            .await
            .unwrap_err();
        let constraint = db::constraint_of(&error).unwrap();
        assert!(constraint.ends_with("_fkey"), "{constraint}");
    }
}

#[tokio::test]
async fn a_code_of_test_mode_settles_nothing_in_live_mode() {
    let (world, shop, account) = World::shop().await;
    let test = db::Scope {
        mode: Mode::Test,
        ..shop
    };
    world.account(test, "shop@okbank", DEDICATED).await;
    let intent = world.create(test, "A", 49_900).await;
    world
        .pay_noted(account, payable(&intent), code(&intent))
        .await;
    assert_eq!(world.status(test, "A").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn an_event_that_is_not_ours_is_refused_for_good() {
    let (world, ..) = World::shop().await;
    let snapshot = domain::event::MerchantSnapshot {
        merchant_id: merchant(1).merchant,
        sequence: 1,
        active: true,
    };
    let event = Event::Merchant(domain::event::MerchantChange::Created, snapshot);
    let envelope = world.envelope(event).await;
    assert!(dead(world.deliver(&envelope).await).contains("not consumed"));
    let unknown = AccountId::from_uuid(Uuid::from_u128(99));
    let event = Event::MailSourceChanged(domain::event::MailSourceChanged {
        source_id: mailbox(9),
        source_seq: 1,
        account_ids: vec![unknown],
        counting: true,
        since: world.now().await,
    });
    let envelope = world.envelope(event).await;
    assert!(dead(world.deliver(&envelope).await).contains("is not known"));
    assert_eq!(world.status_count(Settled).await, 0);
}
