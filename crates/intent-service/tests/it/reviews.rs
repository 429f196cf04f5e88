//! What people decide about intents in review.

use crate::support::*;
use crate::word::*;
use domain::ErrorCode;
use domain::StatusName::{Failed, Review, Settled};
use domain::breach::Breach;
use domain::ids::AccountId;
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use proto::intent as pb;

/// An intent in review for each reason, with what it received.
async fn in_review(world: &World, account: AccountId) -> [pb::Intent; 4] {
    let shop = merchant(1);
    let late = world.create(shop, "LATE", 40_000).await;
    let cancelled = world.create(shop, "CANCELLED", 41_000).await;
    let short = world.create(shop, "SHORT", 42_000).await;
    world.cancel(shop, &cancelled).await.unwrap();
    world.pay_noted(account, 20_000, code(&short)).await;
    world.run_out().await;
    world.pay_noted(account, 40_000, code(&late)).await;
    world.pay_noted(account, 41_000, code(&cancelled)).await;
    let blind = world.create(shop, "BLIND", 43_000).await;
    world.watch(mailbox(1), account, false).await;
    world.pass(minutes(300)).await;
    let mut all = [late, cancelled, short, blind];
    let reasons = [
        "late",
        "late_after_cancel",
        "underpaid_at_expiry",
        "source_blind",
    ];
    for (intent, reason) in all.iter_mut().zip(reasons) {
        *intent = world.get(shop, &intent.order_id).await;
        assert_eq!(intent.review_reason, reason);
    }
    all
}

#[tokio::test]
async fn an_intent_in_review_is_approved_with_what_is_there() {
    let (world, shop, account) = World::shop().await;
    in_review(&world, account).await;
    for (name, rule) in [
        ("LATE", Breach::Late),
        ("CANCELLED", Breach::AfterCancel),
        ("SHORT", Breach::AmountDiffers),
    ] {
        let asked = || Asked::Approve(order(name));
        let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
        assert_eq!(unaccepted(&shown), [rule.as_str()]);
        let decided = world.decided(shop, asked(), owner(&[rule])).await;
        let settled = decided.intent.unwrap();
        assert_eq!(settled.status(), pb::IntentStatus::Settled);
        let snapshot = world.snapshot(&settled).await;
        assert_eq!(snapshot["proof"], "merchant_word");
        let again = world.decided(shop, asked(), owner(&[])).await;
        assert_eq!(again.intent.unwrap().sequence, settled.sequence);
        world.wrong_state(shop, Asked::Reject(order(name))).await;
        world.wrong_state(shop, Asked::RefundDue(order(name))).await;
    }
    let short = world.get(shop, "SHORT").await;
    assert_eq!(paise(short.received.as_ref()), 20_000, "the truth stays");
    assert_eq!(paise(short.excess.as_ref()), 0);
    // Nothing was seen for it: there is nothing to approve.
    world
        .wrong_state(shop, Asked::Approve(order("BLIND")))
        .await;
    world
        .wrong_state(shop, Asked::RefundDue(order("BLIND")))
        .await;
    world.hold().await;
}

#[tokio::test]
async fn a_short_intent_is_approved_by_the_owner_alone() {
    let (world, shop, account) = World::shop().await;
    in_review(&world, account).await;
    let asked = Asked::Approve(order("SHORT"));
    let answer = world
        .decide(shop, asked, key(&[Breach::AmountDiffers]))
        .await;
    refused(answer, ErrorCode::Forbidden, None);
    assert_eq!(world.status(shop, "SHORT").await, Review);
}

#[tokio::test]
async fn a_rejected_intent_fails_and_more_money_asks_again() {
    let (world, shop, account) = World::shop().await;
    let [_, _, short, _] = in_review(&world, account).await;
    for name in ["LATE", "SHORT", "BLIND"] {
        let asked = || Asked::Reject(order(name));
        let decided = world.decided(shop, asked(), key(&[])).await;
        let failed = decided.intent.unwrap();
        assert_eq!(failed.status(), pb::IntentStatus::Failed);
        assert_eq!(world.snapshot(&failed).await["proof"], "merchant_word");
        let again = world.decided(shop, asked(), key(&[])).await;
        assert_eq!(again.intent.unwrap().sequence, failed.sequence);
        world.wrong_state(shop, Asked::Approve(order(name))).await;
        world.wrong_state(shop, Asked::RefundDue(order(name))).await;
    }
    world.pay_noted(account, 22_000, code(&short)).await;
    let asked = world.get(shop, "SHORT").await;
    assert_eq!(asked.status(), pb::IntentStatus::Review);
    assert_eq!(asked.review_reason, "late_after_cancel");
    let shown = world
        .decide(shop, Asked::Approve(order("SHORT")), owner(&[]))
        .await;
    assert_eq!(unaccepted(&shown.unwrap()), ["rejected"]);
    let word = owner(&[Breach::Rejected]);
    world
        .decided(shop, Asked::Approve(order("SHORT")), word)
        .await;
    assert_eq!(world.status(shop, "SHORT").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn the_money_of_an_intent_in_review_is_noted_as_to_be_given_back() {
    let (world, shop, account) = World::shop().await;
    in_review(&world, account).await;
    let asked = || Asked::RefundDue(order("LATE"));
    let decided = world.decided(shop, asked(), key(&[])).await;
    let failed = decided.intent.unwrap();
    assert_eq!(failed.status(), pb::IntentStatus::Failed);
    assert_eq!(paise(failed.received.as_ref()), 40_000, "no money moved");
    let due = world.waiting(State::RefundDue).await;
    let [due] = due.as_slice() else {
        panic!("{due:?}");
    };
    assert_eq!(paise(due.amount.as_ref()), 40_000);
    assert_eq!(due.payer_vpa, "ravi@okexample");
    assert!(!due.reference.is_empty());
    let again = world.decided(shop, asked(), key(&[])).await;
    assert_eq!(again.intent.unwrap().sequence, failed.sequence);
    world.wrong_state(shop, Asked::Reject(order("LATE"))).await;
    // It belongs to the intent: there is no way back from here.
    let id = due.observation_id.parse().unwrap();
    world.wrong_state(shop, Asked::Restore(id)).await;
    world.hold().await;
}

/// A rejected intent is closed to time and to evidence that is known.
#[tokio::test]
async fn time_changes_nothing_that_was_decided() {
    let (world, shop, account) = World::shop().await;
    let [late, ..] = in_review(&world, account).await;
    world
        .decided(shop, Asked::Reject(order("LATE")), key(&[]))
        .await;
    world.pass(minutes(600)).await;
    assert_eq!(world.status(shop, "LATE").await, Failed);
    refused(world.cancel(shop, &late).await, ErrorCode::WrongState, None);
    world.hold().await;
}
