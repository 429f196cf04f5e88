//! The bank takes money back.

use crate::support::*;
use crate::word::*;
use bus::Outcome;
use domain::StatusName::{Pending, Review, Settled};
use domain::breach::Breach;
use domain::event::Observation;
use domain::evidence::Direction;
use domain::ids::ObservationId;
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use proto::intent as pb;

/// The alert that a credit was taken back.
fn reversal_of(credit: &Observation) -> Observation {
    Observation {
        observation_id: ObservationId::new(),
        direction: Direction::Reversal,
        note: None,
        // Some channels print leading zeros.
        reference: format!("0{}", credit.reference),
        ..credit.clone()
    }
}

/// A settled intent, and its credit.
async fn settled(world: &World, account: domain::ids::AccountId) -> (pb::Intent, Observation) {
    let intent = world.create(merchant(1), "A", 49_900).await;
    let credit = world.noted(account, 49_900, code(&intent)).await;
    assert_eq!(world.tell(credit.clone()).await, Outcome::Ack);
    assert_eq!(world.status(merchant(1), "A").await, Settled);
    (intent, credit)
}

#[tokio::test]
async fn a_reversal_naming_a_settled_utr_flags_the_payment() {
    let (world, shop, account) = World::shop().await;
    let (intent, credit) = settled(&world, account).await;
    let alert = reversal_of(&credit);
    assert_eq!(world.tell(alert.clone()).await, Outcome::Ack);
    let flagged = world.get(shop, "A").await;
    assert_eq!(
        flagged.status(),
        pb::IntentStatus::Settled,
        "never silently"
    );
    assert_eq!(flagged.review_reason, "reversal_reported");
    let events = ["intent.created", "intent.settled", "intent.flagged"];
    assert_eq!(world.events(shop, "A").await, events);
    let snapshot = world.snapshot(&intent).await;
    assert_eq!(snapshot["status"], "settled");
    assert_eq!(snapshot["review_reason"], "reversal_reported");
    let waiting = world.waiting(State::Open).await;
    assert_eq!(waiting[0].findings[0].reason, "not_a_credit");
    assert_eq!(waiting[0].findings[0].candidates, [&*intent.id]);
    assert_eq!(waiting[0].direction, "reversal");
    // Told again, by another channel: the merchant is told once.
    let again = Observation {
        observation_id: ObservationId::new(),
        ..alert
    };
    assert_eq!(world.tell(again).await, Outcome::Ack);
    assert_eq!(world.events(shop, "A").await, events);
    world.hold().await;
}

#[tokio::test]
async fn a_reversal_is_confirmed_by_a_person_and_taken_from_the_ledger() {
    let (world, shop, account) = World::shop().await;
    let (intent, credit) = settled(&world, account).await;
    world.wrong_state(shop, Asked::Reverse(order("A"))).await;
    world.tell(reversal_of(&credit)).await;
    let decided = world
        .decided(shop, Asked::Reverse(order("A")), key(&[]))
        .await;
    let reversed = decided.intent.unwrap();
    assert_eq!(reversed.status(), pb::IntentStatus::Reversed);
    assert_eq!(reversed.review_reason, "");
    let explained = world.explain(shop, "A").await;
    let amounts: Vec<(String, i64)> = explained
        .evidence
        .iter()
        .flat_map(|e| &e.allocations)
        .map(|a| (a.kind.clone(), paise(a.amount.as_ref())))
        .collect();
    assert_eq!(
        amounts,
        [
            ("receipt".to_owned(), 49_900),
            ("reversal".to_owned(), -49_900)
        ]
    );
    assert_eq!(world.snapshot(&intent).await["proof"], "merchant_word");
    assert!(world.waiting(State::Open).await.is_empty());
    let again = world
        .decided(shop, Asked::Reverse(order("A")), key(&[]))
        .await;
    assert_eq!(again.intent.unwrap().sequence, reversed.sequence);
    assert_eq!(
        world.events(shop, "A").await.last().unwrap(),
        "intent.reversed"
    );
    world.hold().await;
}

#[tokio::test]
async fn a_reversal_of_another_amount_is_the_owners_to_confirm() {
    let (world, shop, account) = World::shop().await;
    let (_, credit) = settled(&world, account).await;
    let part = Observation {
        amount: domain::Money::inr(10_000),
        ..reversal_of(&credit)
    };
    world.tell(part).await;
    let asked = || Asked::Reverse(order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["amount_differs"]);
    world
        .decided(shop, asked(), owner(&[Breach::AmountDiffers]))
        .await;
    world.hold().await;
}

#[tokio::test]
async fn a_dismissed_reversal_takes_the_flag_away_and_a_restored_one_brings_it_back() {
    let (world, shop, account) = World::shop().await;
    let (_, credit) = settled(&world, account).await;
    world.tell(reversal_of(&credit)).await;
    let alert = world.only_waiting().await;
    world.decided(shop, Asked::Dismiss(alert), key(&[])).await;
    assert_eq!(world.get(shop, "A").await.review_reason, "");
    assert_eq!(
        world.events(shop, "A").await.last().unwrap(),
        "intent.cleared"
    );
    world.wrong_state(shop, Asked::Reverse(order("A"))).await;
    world.hold().await;
    world.decided(shop, Asked::Restore(alert), key(&[])).await;
    assert_eq!(
        world.get(shop, "A").await.review_reason,
        "reversal_reported"
    );
    world
        .decided(shop, Asked::Reverse(order("A")), key(&[]))
        .await;
    world.hold().await;
}

#[tokio::test]
async fn a_reversal_told_before_its_credit_keeps_it_from_settling() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let credit = world.noted(account, 49_900, code(&intent)).await;
    world.tell(reversal_of(&credit)).await;
    let id = credit.observation_id;
    assert_eq!(world.tell(credit).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    let asked = || Asked::Match(id, order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["taken_back"]);
    world
        .decided(shop, asked(), owner(&[Breach::TakenBack]))
        .await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn waiting_money_that_was_taken_back_is_put_to_a_person() {
    let (world, _, account) = World::shop().await;
    let credit = world.credit(account, 60_000).await;
    let id = credit.observation_id.to_string();
    world.tell(credit.clone()).await;
    world.tell(reversal_of(&credit)).await;
    let waiting = world.waiting(State::Open).await;
    let credit = waiting.iter().find(|e| e.observation_id == id).unwrap();
    let last = credit.findings.last().unwrap();
    assert_eq!((&*last.outcome, &*last.reason), ("review", "taken_back"));
    world.hold().await;
}

#[tokio::test]
async fn a_part_that_was_taken_back_settles_nothing_without_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let part = world.noted(account, 20_000, code(&intent)).await;
    world.tell(part.clone()).await;
    world.tell(reversal_of(&part)).await;
    assert_eq!(
        world.get(shop, "A").await.review_reason,
        "reversal_reported"
    );
    world.pay_noted(account, 29_900, code(&intent)).await;
    assert_eq!(world.status(shop, "A").await, Review);
    let shown = world
        .decide(shop, Asked::Approve(order("A")), owner(&[]))
        .await;
    assert_eq!(unaccepted(&shown.unwrap()), ["taken_back"]);
    let [alert] = &world.waiting(State::Open).await[..] else {
        panic!("not one");
    };
    // It was about something else: what is there is judged as ever.
    let id = alert.observation_id.parse().unwrap();
    world.decided(shop, Asked::Dismiss(id), key(&[])).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}
