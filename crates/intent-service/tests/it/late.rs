//! A payment is judged by its own time, not by when it was read.

use crate::support::*;
use bus::Outcome;
use domain::StatusName::{Cancelled, Expired, Pending, Review, Settled};
use domain::event::Observation;
use proto::intent as pb;

#[tokio::test]
async fn money_paid_in_time_and_read_late_is_not_late() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.noted(account, payable(&intent), code(&intent)).await;
    world.pass(minutes(120)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Expired);
    assert_eq!(world.tell(told).await, Outcome::Ack);
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert!(!settled.late);
    world.hold().await;
}

#[tokio::test]
async fn a_late_payment_settles_and_says_so() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pass(minutes(60)).await;
    world.pay(account, payable(&intent)).await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert!(settled.late);
    world.hold().await;
}

#[tokio::test]
async fn money_after_the_late_window_is_put_to_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pass(minutes(300)).await;
    // By its amount it fits nothing any more; only the code names it.
    world.pay(account, payable(&intent)).await;
    assert_ne!(world.status(shop, "A").await, Settled);
    world
        .pay_noted(account, payable(&intent), code(&intent))
        .await;
    let asked = world.get(shop, "A").await;
    assert_eq!(asked.status(), pb::IntentStatus::Review);
    assert_eq!(asked.review_reason, "late");
    assert_eq!(paise(asked.received.as_ref()), payable(&intent));
    world.hold().await;
}

#[tokio::test]
async fn cancelling_does_not_free_the_amount() {
    let (world, shop, account) = World::shop().await;
    // ₹1.00 has one amount only.
    let first = world.create(shop, "A", 100).await;
    world.cancel(shop, &first).await.unwrap();
    let answer = world.try_create(shop, &World::request("B", 100)).await;
    refused(answer, domain::ErrorCode::AmountSpaceExhausted, None);
    // The payer who had the page open pays nevertheless.
    world.pass(minutes(1)).await;
    world.pay(account, 100).await;
    let asked = world.get(shop, "A").await;
    assert_eq!(asked.status(), pb::IntentStatus::Review);
    assert_eq!(asked.review_reason, "late_after_cancel");
    world.hold().await;
}

#[tokio::test]
async fn money_that_was_paid_before_the_cancel_settles() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.credit(account, payable(&intent)).await;
    world.pass(minutes(1)).await;
    world.cancel(shop, &intent).await.unwrap();
    assert_eq!(world.status(shop, "A").await, Cancelled);
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

/// The hold of ₹1.00 ends with the grace; the late window of the first holder reaches into the time of the second.
#[tokio::test]
async fn late_money_never_settles_the_next_holder_of_its_amount() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 100).await;
    world.pass(minutes(26)).await;
    world.create(shop, "B", 100).await;
    world.pass(minutes(1)).await;
    let told = world.credit(account, 100).await;
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.status(shop, "B").await, Pending);
    let finding = &world.explain(shop, "B").await.evidence[0].findings[0];
    assert_eq!(finding.reason, "several_candidates");
    world.hold().await;
}

/// The bound of what an amount alone can prove: after its late window nobody looks at an intent any more, and its amount
/// is another's. A payer who keeps the code is told apart (`money_after_the_late_window_is_put_to_a_person`).
#[tokio::test]
async fn without_its_code_money_after_the_late_window_is_its_new_holders() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 100).await;
    world.pass(minutes(26)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    world.pass(minutes(300)).await;
    world.create(shop, "B", 100).await;
    world.pass(minutes(1)).await;
    world.pay(account, 100).await;
    assert_eq!(world.status(shop, "A").await, Expired);
    assert_eq!(world.status(shop, "B").await, Settled);
    world.hold().await;
}

/// With the code, the same money reaches neither the new holder nor, unasked, the old one.
#[tokio::test]
async fn with_its_code_money_after_the_late_window_is_not_its_new_holders() {
    let (world, shop, account) = World::shop().await;
    let first = world.create(shop, "A", 100).await;
    world.pass(minutes(326)).await;
    world.create(shop, "B", 100).await;
    world.pass(minutes(1)).await;
    world.pay_noted(account, 100, code(&first)).await;
    assert_eq!(world.status(shop, "A").await, Review);
    assert_eq!(world.status(shop, "B").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn a_late_part_of_an_expired_intent_is_put_to_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let part: Observation = world.noted(account, 100, code(&intent)).await;
    world.pass(minutes(60)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    assert_eq!(world.status(shop, "A").await, Expired);
    assert_eq!(world.tell(part).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Review);
    assert_eq!(
        world.get(shop, "A").await.review_reason,
        "underpaid_at_expiry"
    );
    world.hold().await;
}

#[tokio::test]
async fn a_further_part_of_what_a_person_must_look_at_is_told() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pass(minutes(60)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    world.pay_noted(account, 100, code(&intent)).await;
    let first = world.get(shop, "A").await;
    assert_eq!(first.status(), pb::IntentStatus::Review);
    world.pay_noted(account, 200, code(&intent)).await;
    let second = world.get(shop, "A").await;
    assert_eq!(second.status(), pb::IntentStatus::Review);
    assert_eq!(paise(second.received.as_ref()), 300);
    assert_eq!(second.sequence, first.sequence + 1);
    world.hold().await;
}
