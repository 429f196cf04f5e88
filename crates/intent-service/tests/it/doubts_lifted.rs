//! What was in doubt is cleared: by a person, or by somebody else who tells of the same money.

use crate::doubts::*;
use crate::support::*;
use crate::word::*;
use domain::StatusName::{Pending, Reversed, Review, Settled};
use domain::breach::Breach;
use domain::event::Observation;
use domain::evidence::Direction;
use domain::ids::ObservationId;
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use proto::intent as pb;

fn reversal_of(told: &Observation) -> Observation {
    Observation {
        direction: Direction::Reversal,
        note: None,
        ..mailed(told)
    }
}

#[tokio::test]
async fn approving_clears_the_flag() {
    let (world, shop, account) = shop().await;
    let (intent, told) = settled(&world, account, "A").await;
    world.doubt(phone(), &[&told]).await;
    let asked = || Asked::Approve(order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["source_revoked"]);
    let by_key = world.decide(shop, asked(), key(&[Breach::SourceRevoked]));
    refused(by_key.await, domain::ErrorCode::Forbidden, None);
    let accepted = || owner(&[Breach::SourceRevoked]);
    let decided = world.decided(shop, asked(), accepted()).await;
    let cleared = decided.intent.unwrap();
    assert_eq!(cleared.status(), pb::IntentStatus::Settled);
    assert_eq!(cleared.review_reason, "");
    let events = world.events(shop, "A").await;
    assert_eq!(events.last().unwrap(), "intent.cleared");
    assert_eq!(world.snapshot(&intent).await["proof"], "merchant_word");
    let decisions = world.explain(shop, "A").await.decisions;
    assert_eq!(decisions[0].kind, "approve");
    assert_eq!(decisions[0].reason, "the customer called");
    assert_eq!(decisions[0].accepted, ["source_revoked"]);
    // The same word again, and the same doubt again, say nothing.
    world.decided(shop, asked(), accepted()).await;
    world.doubt(phone(), &[&told]).await;
    assert_eq!(world.events(shop, "A").await, events);
    world.wrong_state(shop, Asked::Reverse(order("A"))).await;
    world.hold().await;
}

#[tokio::test]
async fn money_that_never_came_is_taken_from_the_ledger() {
    let (world, shop, account) = shop().await;
    let (_, told) = settled(&world, account, "A").await;
    world.wrong_state(shop, Asked::Reverse(order("A"))).await;
    world.doubt(phone(), &[&told]).await;
    let asked = || Asked::Reverse(order("A"));
    let reversed = world.decided(shop, asked(), key(&[])).await;
    let reversed = reversed.intent.unwrap();
    assert_eq!(world.status(shop, "A").await, Reversed);
    assert_eq!(reversed.review_reason, "");
    let explained = world.explain(shop, "A").await;
    let kinds: Vec<(&str, i64)> = explained.evidence[0]
        .allocations
        .iter()
        .map(|a| (&*a.kind, paise(a.amount.as_ref())))
        .collect();
    assert_eq!(kinds, [("receipt", 49_900), ("reversal", -49_900)]);
    assert_eq!(explained.decisions[0].kind, "reverse");
    let again = world.decided(shop, asked(), key(&[])).await;
    assert_eq!(again.intent.unwrap().sequence, reversed.sequence);
    world.wrong_state(shop, Asked::Approve(order("A"))).await;
    world.hold().await;
}

#[tokio::test]
async fn only_what_never_came_is_taken_from_the_ledger() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 20_000, code(&intent)).await;
    let rest = world
        .noted(account, payable(&intent) - 20_000, code(&intent))
        .await;
    let rest = phoned(&world, rest).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.doubt(phone(), &[&rest]).await;
    world
        .decided(shop, Asked::Reverse(order("A")), key(&[]))
        .await;
    let explained = world.explain(shop, "A").await;
    let lost: Vec<i64> = explained
        .evidence
        .iter()
        .flat_map(|e| &e.allocations)
        .filter(|a| a.kind == "reversal")
        .map(|a| paise(a.amount.as_ref()))
        .collect();
    assert_eq!(lost, [20_000 - payable(&intent)]);
    world.hold().await;
}

#[tokio::test]
async fn a_mail_that_comes_after_the_doubt_clears_the_flag() {
    for same_reference in [true, false] {
        let (world, shop, account) = shop().await;
        let (_, told) = settled(&world, account, "A").await;
        world.doubt(phone(), &[&told]).await;
        let mail = if same_reference {
            mailed(&told)
        } else {
            Observation {
                note: told.note.clone(),
                ..vague(&told)
            }
        };
        world.tell(mail).await;
        assert_eq!(reason(&world, "A").await, "", "{same_reference}");
        let events = world.events(shop, "A").await;
        assert_eq!(events.last().unwrap(), "intent.cleared");
        world.wrong_state(shop, Asked::Reverse(order("A"))).await;
        world.hold().await;
    }
}

#[tokio::test]
async fn a_mail_that_does_not_say_whose_the_money_is_clears_nothing() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.noted(account, 60_000, code(&intent)).await;
    let told = phoned(&world, told).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.doubt(phone(), &[&told]).await;
    let mail = Observation {
        note: None,
        ..mailed(&told)
    };
    world.tell(mail).await;
    assert_eq!(reason(&world, "A").await, "source_revoked");
    assert_eq!(world.events(shop, "A").await, FLAGGED);
    world.hold().await;
}

#[tokio::test]
async fn a_mail_settles_what_a_revoked_phone_told_of_first() {
    for same_reference in [true, false] {
        for doubt_first in [true, false] {
            let (world, shop, account) = shop().await;
            let intent = world.create(shop, "A", 49_900).await;
            let told = world.credit(account, 60_000).await;
            let told = World::by_phone(told, phone());
            if doubt_first {
                world.doubt(phone(), &[&told]).await;
            }
            world.tell(told.clone()).await;
            if !doubt_first {
                world.doubt(phone(), &[&told]).await;
            }
            let mail = if same_reference {
                mailed(&told)
            } else {
                vague(&told)
            };
            let mail = Observation {
                note: Some(domain::text::ShortText::clean(code(&intent))),
                ..mail
            };
            world.tell(mail).await;
            assert_eq!(world.status(shop, "A").await, Settled);
            assert_eq!(reason(&world, "A").await, "");
            assert!(world.waiting(State::Open).await.is_empty());
            world.hold().await;
        }
    }
}

#[tokio::test]
async fn a_mail_that_says_the_same_settles_what_the_doubt_kept_from_it() {
    for same_reference in [true, false] {
        let (world, shop, account) = shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        let told = world.noted(account, 60_000, code(&intent)).await;
        let told = World::by_phone(told, phone());
        world.doubt(phone(), &[&told]).await;
        world.tell(told.clone()).await;
        assert_eq!(world.status(shop, "A").await, Pending);
        let mail = if same_reference {
            mailed(&told)
        } else {
            Observation {
                note: told.note.clone(),
                ..vague(&told)
            }
        };
        world.tell(mail).await;
        assert_eq!(world.status(shop, "A").await, Settled);
        assert!(world.waiting(State::Open).await.is_empty());
        world.hold().await;
    }
}

#[tokio::test]
async fn a_second_phone_vouches_until_it_is_revoked_too() {
    let (world, shop, account) = shop().await;
    let second = mailbox(3);
    world.watch(second, account, true).await;
    let (_, first) = settled(&world, account, "A").await;
    let again = World::by_phone(first.clone(), second);
    world.tell(again.clone()).await;
    world.doubt(phone(), &[&first]).await;
    assert_eq!(reason(&world, "A").await, "");
    world.doubt(second, &[&again]).await;
    assert_eq!(world.events(shop, "A").await, FLAGGED);
    world.hold().await;
}

#[tokio::test]
async fn what_the_bank_took_back_weighs_more_than_a_doubt() {
    let (world, shop, account) = shop().await;
    let (_, told) = settled(&world, account, "A").await;
    world.doubt(phone(), &[&told]).await;
    let alert = reversal_of(&told);
    let id = alert.observation_id;
    world.tell(alert).await;
    assert_eq!(reason(&world, "A").await, "reversal_reported");
    let approve = Asked::Approve(order("A"));
    world.wrong_state(shop, approve).await;
    // It was about something else: the doubt is still there.
    world.decided(shop, Asked::Dismiss(id), key(&[])).await;
    assert_eq!(reason(&world, "A").await, "source_revoked");
    let events = world.events(shop, "A").await;
    assert_eq!(
        events[2..],
        ["intent.flagged", "intent.flagged", "intent.flagged"]
    );
    world
        .decided(
            shop,
            Asked::Approve(order("A")),
            owner(&[Breach::SourceRevoked]),
        )
        .await;
    assert_eq!(reason(&world, "A").await, "");
    world.hold().await;
}

#[tokio::test]
async fn a_part_in_doubt_that_the_bank_mails_settles_with_the_rest() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let part = world.noted(account, 20_000, code(&intent)).await;
    let part = phoned(&world, part).await;
    world.doubt(phone(), &[&part]).await;
    world
        .pay_noted(account, payable(&intent) - 20_000, code(&intent))
        .await;
    assert_eq!(world.status(shop, "A").await, Review);
    world.tell(mailed(&part)).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn money_that_a_person_matched_is_doubted_like_any_other() {
    let (world, shop, account) = shop().await;
    world.create(shop, "A", 49_900).await;
    let told = world.credit(account, 200_000).await;
    let told = phoned(&world, told).await;
    let id: ObservationId = told.observation_id;
    world
        .decided(shop, Asked::Match(id, order("A")), owner(&Breach::ALL))
        .await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.doubt(phone(), &[&told]).await;
    assert_eq!(reason(&world, "A").await, "source_revoked");
    world.tell(mailed(&told)).await;
    assert_eq!(reason(&world, "A").await, "", "somebody else saw it");
    world.hold().await;
}
