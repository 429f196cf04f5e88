//! No expiry while blind.

use crate::support::*;
use bus::Outcome;
use domain::StatusName::{Expired, Pending, Review, Settled, Verifying};
use domain::event::{Envelope, Event};
use intent_service::expiry;
use proto::intent as pb;

#[tokio::test]
async fn expiry_waits_for_the_watermark() {
    let (world, shop, _) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.watermark(mailbox(1)).await;
    // Expired for the payer, but an alert may still be on its way.
    world.pass(minutes(20)).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    let before = world.now().await;
    world.pass(minutes(6)).await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    // Up to the deadline is not past it.
    world.watermark_at(mailbox(1), before, 1).await;
    world.pass(minutes(1)).await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    world.watermark(mailbox(1)).await;
    // At once: the watermark makes it due, five seconds before its next look.
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Expired);
    let events: Vec<_> = world.explain(shop, "A").await.transitions;
    let events: Vec<_> = events.iter().map(|t| &*t.event_type).collect();
    assert_eq!(
        events,
        ["intent.created", "intent.verifying", "intent.expired"]
    );
    world.hold().await;
}

/// The watermark overtook an observation on the bus.
#[tokio::test]
async fn a_gap_in_the_sequence_holds_expiry() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let mut told = world.credit(account, payable(&intent)).await;
    told.source_seq = world.next_seq(mailbox(1));
    let alert: Envelope = world
        .envelope(Event::ObservationRecorded(Box::new(told)))
        .await;
    world.pass(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    assert_eq!(world.explain(shop, "A").await.witnesses[0].up_to, None);
    assert_eq!(world.deliver(&alert).await, Outcome::Ack);
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert!(!settled.late);
    // With the gap filled, the watermark counts for those behind it.
    world.create(shop, "B", 49_900).await;
    assert!(world.explain(shop, "B").await.witnesses[0].up_to.is_some());
    world.hold().await;
}

#[tokio::test]
async fn numbers_may_come_in_any_order() {
    let (world, shop, account) = World::shop().await;
    let mut alerts = Vec::new();
    for _ in 0..5 {
        let mut told = world.credit(account, 12_345).await;
        told.source_seq = world.next_seq(mailbox(1));
        alerts.push(
            world
                .envelope(Event::ObservationRecorded(Box::new(told)))
                .await,
        );
    }
    world.watermark(mailbox(1)).await;
    world.create(shop, "A", 49_900).await;
    for (n, i) in [4, 1, 3, 0, 2].into_iter().enumerate() {
        let seen = &world.explain(shop, "A").await.witnesses[0].up_to;
        assert_eq!(*seen, None, "{n} of 5");
        world.deliver(&alerts[i]).await;
    }
    assert!(world.explain(shop, "A").await.witnesses[0].up_to.is_some());
    assert_eq!(world.sql("SELECT FROM intents.source_gaps").await, 0);
}

#[tokio::test]
async fn an_older_watermark_takes_nothing_back() {
    let (world, shop, _) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    let old = world.now().await;
    world.pass(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    world.watermark_at(mailbox(1), old, 1).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Expired);
}

#[tokio::test]
async fn a_paused_source_is_blind_until_a_person_is_asked() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.watch(mailbox(1), account, false).await;
    // It goes on speaking, but it does not count.
    world.pass(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    world.pass(minutes(240)).await;
    let asked = world.get(shop, "A").await;
    assert_eq!(asked.status(), pb::IntentStatus::Review);
    assert_eq!(asked.review_reason, "source_blind");
    assert!(!world.explain(shop, "A").await.witnesses[0].counting);
    // What is seen after all still settles it.
    let told = world.noted(account, payable(&intent), code(&intent)).await;
    let told = domain::event::Observation {
        interval: domain::Interval::second(told.seen_at - minutes(265)),
        ..told
    };
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn an_older_change_of_a_source_takes_nothing_back() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    let old = domain::event::MailSourceChanged {
        source_id: mailbox(1),
        source_seq: world.next_seq(mailbox(1)),
        account_ids: vec![account],
        counting: false,
        since: world.now().await,
    };
    let old = world.envelope(Event::MailSourceChanged(old)).await;
    world.watch(mailbox(1), account, true).await;
    assert_eq!(world.deliver(&old).await, Outcome::Ack);
    assert!(world.explain(shop, "A").await.witnesses[0].counting);
}

#[tokio::test]
async fn every_source_of_an_account_must_have_looked() {
    let (world, shop, account) = World::shop().await;
    world.watch(mailbox(2), account, true).await;
    world.create(shop, "A", 49_900).await;
    world.pass(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    // The one that is behind stops counting.
    world.watch(mailbox(2), account, false).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Expired);
    world.hold().await;
}

#[tokio::test]
async fn half_the_money_at_expiry_is_put_to_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 20_000, code(&intent)).await;
    world.pass(minutes(30)).await;
    assert_eq!(world.status(shop, "A").await, Verifying);
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Review);
    assert_eq!(
        world.get(shop, "A").await.review_reason,
        "underpaid_at_expiry"
    );
    world.hold().await;
}

#[tokio::test]
async fn replicas_share_what_is_due_and_say_it_once() {
    let (world, shop, _) = World::shop().await;
    for n in 0..40 {
        world
            .create(shop, &format!("A{n}"), 49_900 + n * 1_000)
            .await;
    }
    world.db.advance_clock(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    let passes = futures((0..4).map(|_| expiry::run_once(&world.core))).await;
    let mut entered = 0;
    for pass in passes {
        entered += pass.unwrap().entered.len();
    }
    while let more @ 1.. = expiry::run_once(&world.core).await.unwrap().entered.len() {
        entered += more;
    }
    assert_eq!(entered, 40);
    assert_eq!(world.status_count(Expired).await, 40);
    world.hold().await;
}

#[tokio::test]
async fn one_row_that_makes_no_sense_holds_nobody_up() {
    let (world, shop, _) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.create(shop, "B", 49_900).await;
    world.create(shop, "C", 49_900).await;
    world
        .sql("UPDATE intents.intents SET policy = '{}' WHERE order_id = 'A'")
        .await;
    world.pass(minutes(30)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status_count(Expired).await, 2);
    world.hold().await;
}
