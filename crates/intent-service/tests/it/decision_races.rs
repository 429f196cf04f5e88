//! Two people at once, people against money, people against time: one wins, and the other sees it.

use crate::support::*;
use crate::word::*;
use bus::Outcome;
use domain::ErrorCode;
use domain::StatusName::{Failed, Review, Settled, Underpaid, Verifying};
use domain::breach::Breach;
use domain::event::{Envelope, Event};
use domain::ids::{AccountId, ObservationId};
use intent_service::commands::decide::Asked;
use intent_service::{consume, expiry};
use proto::{Fault, intent as pb};
use testkit::wait;

const ROUNDS: i64 = 8;

/// Money that fits nothing.
async fn waiting(world: &World, account: AccountId, paise: i64) -> ObservationId {
    let told = world.credit(account, paise).await;
    let id = told.observation_id;
    assert_eq!(world.tell(told).await, Outcome::Ack);
    id
}

async fn alert(world: &World, account: AccountId, paise: i64, note: &str) -> Envelope {
    let mut told = world.noted(account, paise, note).await;
    told.source_seq = world.next_seq(told.source_id);
    let event = Event::ObservationRecorded(Box::new(told));
    world.envelope(event).await
}

/// As the broker hands it over: until it is taken.
async fn taken(world: &World, envelope: &Envelope) {
    wait::until(wait::PATIENCE, async || {
        consume::handle(&world.core, envelope).await
    })
    .await;
}

fn is_wrong_state(answer: &Result<pb::Decided, Fault>) -> bool {
    answer
        .as_ref()
        .is_err_and(|fault| fault.code == ErrorCode::WrongState)
}

#[track_caller]
fn one_wins(one: &Result<pb::Decided, Fault>, other: &Result<pb::Decided, Fault>) {
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert!(is_wrong_state(one) || is_wrong_state(other));
}

#[tokio::test]
async fn of_two_people_who_decide_about_money_at_once_one_wins() {
    let (world, shop, account) = World::shop().await;
    let all = || owner(&Breach::ALL);
    for n in 0..ROUNDS {
        let name = format!("A{n}");
        world.create(shop, &name, 49_900).await;
        let seen = waiting(&world, account, 200_000 + n).await;
        let (one, other) = tokio::join!(
            world.decide(shop, Asked::Match(seen, order(&name)), all()),
            world.decide(shop, Asked::Dismiss(seen), all()),
        );
        one_wins(&one, &other);
        assert_eq!(one.is_ok(), world.status(shop, &name).await == Settled);
    }
    world.hold().await;
}

#[tokio::test]
async fn money_that_two_people_give_to_two_intents_is_one_intents() {
    let (world, shop, account) = World::shop().await;
    for n in 0..ROUNDS {
        let (a, b) = (format!("A{n}"), format!("B{n}"));
        world.create(shop, &a, 49_900).await;
        world.create(shop, &b, 49_900).await;
        let seen = waiting(&world, account, 200_000 + n).await;
        let give = |name| {
            let asked = Asked::Match(seen, order(name));
            world.decide(shop, asked, owner(&Breach::ALL))
        };
        let (one, other) = tokio::join!(give(&a), give(&b));
        one_wins(&one, &other);
    }
    assert_eq!(world.status_count(Settled).await, 8);
    world.hold().await;
}

/// An intent in review since its time ran out with part of its money here.
async fn short(world: &World, account: AccountId, name: &str) -> pb::Intent {
    let intent = world.create(merchant(1), name, 49_900).await;
    world.pay_noted(account, 20_000, code(&intent)).await;
    intent
}

async fn run_out(world: &World) {
    world.db.advance_clock(minutes(60)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
}

#[tokio::test]
async fn an_approval_and_a_rejection_of_one_moment_have_one_winner() {
    let (world, shop, account) = World::shop().await;
    let names: Vec<String> = (0..ROUNDS).map(|n| format!("A{n}")).collect();
    for name in &names {
        short(&world, account, name).await;
    }
    run_out(&world).await;
    for name in &names {
        let all = || owner(&Breach::ALL);
        let (one, other) = tokio::join!(
            world.decide(shop, Asked::Approve(order(name)), all()),
            world.decide(shop, Asked::RefundDue(order(name)), all()),
        );
        one_wins(&one, &other);
        let expected = if one.is_ok() { Settled } else { Failed };
        assert_eq!(world.status(shop, name).await, expected);
        assert_eq!(world.get(shop, name).await.sequence, 4);
    }
    world.hold().await;
}

#[tokio::test]
async fn money_that_arrives_while_its_intent_is_rejected_is_never_lost() {
    let (world, shop, account) = World::shop().await;
    let mut intents = Vec::new();
    for n in 0..ROUNDS {
        intents.push(short(&world, account, &format!("A{n}")).await);
    }
    // Paid in time, and told late.
    let mut paid = Vec::new();
    for intent in &intents {
        paid.push(world.noted(account, 29_900, code(intent)).await);
    }
    run_out(&world).await;
    for (intent, told) in intents.iter().zip(paid) {
        let asked = Asked::Reject(id(intent));
        let (rejected, ()) = tokio::join!(
            world.decide(shop, asked, key(&[])),
            world.tell_until_taken(told)
        );
        let status = world.status(shop, &intent.order_id).await;
        match rejected {
            // Paid in time, and settled before anybody said a word.
            Err(fault) => {
                assert_eq!((fault.code, status), (ErrorCode::WrongState, Settled));
            }
            // It came after the word: a person is asked again.
            Ok(_) => assert_eq!(status, Review),
        }
        let after = world.get(shop, &intent.order_id).await;
        assert_eq!(paise(after.received.as_ref()), 49_900);
    }
    world.hold().await;
}

#[tokio::test]
async fn an_approval_and_the_end_of_time_agree() {
    let (world, shop, account) = World::shop().await;
    let mut intents = Vec::new();
    for n in 0..ROUNDS {
        intents.push(short(&world, account, &format!("A{n}")).await);
    }
    world.db.advance_clock(minutes(60)).await;
    world.watermark(mailbox(1)).await;
    for intent in &intents {
        let asked = Asked::Approve(id(intent));
        let word = owner(&[Breach::AmountDiffers]);
        let (approved, pass) = tokio::join!(
            world.decide(shop, asked, word),
            expiry::run_once(&world.core)
        );
        pass.unwrap();
        let status = world.status(shop, &intent.order_id).await;
        match approved {
            Err(fault) => {
                assert_eq!(fault.code, ErrorCode::WrongState);
                assert!(matches!(status, Review | Underpaid | Verifying), "{status}");
            }
            Ok(_) => assert_eq!(status, Settled),
        }
    }
    world.work_off().await;
    world.hold().await;
}

#[tokio::test]
async fn a_match_and_the_payers_own_payment_settle_once() {
    let (world, shop, account) = World::shop().await;
    for n in 0..ROUNDS {
        let name = format!("A{n}");
        let intent = world.create(shop, &name, 49_900).await;
        let seen = waiting(&world, account, 200_000 + n).await;
        let alert = alert(&world, account, payable(&intent), code(&intent)).await;
        let asked = Asked::Match(seen, order(&name));
        let (matched, ()) = tokio::join!(
            world.decide(shop, asked, owner(&Breach::ALL)),
            taken(&world, &alert)
        );
        matched.unwrap();
        assert_eq!(world.status(shop, &name).await, Settled);
        let events = world.events(shop, &name).await;
        let settled = events.iter().filter(|e| *e == "intent.settled");
        assert_eq!(settled.count(), 1, "{events:?}");
    }
    world.hold().await;
}

/// A credit and its reversal, told at the same moment: settled and flagged, or never settled.
#[tokio::test]
async fn a_credit_and_its_reversal_of_one_moment_never_settle_unseen() {
    let (world, shop, account) = World::shop().await;
    for n in 0..ROUNDS {
        let name = format!("A{n}");
        let intent = world.create(shop, &name, 49_900).await;
        let credit = world.noted(account, payable(&intent), code(&intent)).await;
        let mut reversal = domain::event::Observation {
            observation_id: ObservationId::new(),
            direction: domain::evidence::Direction::Reversal,
            note: None,
            ..credit.clone()
        };
        let mut credit = credit;
        credit.source_seq = world.next_seq(mailbox(1));
        reversal.source_seq = world.next_seq(mailbox(1));
        let credit = Event::ObservationRecorded(Box::new(credit));
        let reversal = Event::ObservationRecorded(Box::new(reversal));
        let credit = world.envelope(credit).await;
        let reversal = world.envelope(reversal).await;
        tokio::join!(taken(&world, &credit), taken(&world, &reversal));
        let after = world.get(shop, &name).await;
        let unseen = after.status() == pb::IntentStatus::Settled
            && after.review_reason != "reversal_reported";
        assert!(!unseen, "{after:?}");
    }
    world.hold().await;
}

/// A phone's word and its revocation, told at the same moment: settled and flagged, or never settled. The event names what is
/// here, of the same amount, and what is on its way.
#[tokio::test]
async fn evidence_and_its_doubt_of_one_moment_never_settle_unseen() {
    let (world, shop, account) = World::shop().await;
    let phone = mailbox(2);
    world.watch(phone, account, true).await;
    for n in 0..ROUNDS {
        let (name, known) = (format!("A{n}"), format!("B{n}"));
        let intent = world.create(shop, &name, 49_900).await;
        let other = world.create(shop, &known, 49_900).await;
        let here = world.noted(account, payable(&intent), code(&other)).await;
        let here = World::by_phone(here, phone);
        world.tell(here.clone()).await;
        let coming = world.noted(account, payable(&intent), code(&intent)).await;
        let mut coming = World::by_phone(coming, phone);
        coming.source_seq = world.next_seq(phone);
        let doubt = world.revoked(phone, &[&here, &coming]).await;
        let event = Event::ObservationRecorded(Box::new(coming));
        let coming = world.envelope(event).await;
        tokio::join!(taken(&world, &coming), taken(&world, &doubt));
        let after = world.get(shop, &name).await;
        let unseen =
            after.status() == pb::IntentStatus::Settled && after.review_reason != "source_revoked";
        assert!(!unseen, "{after:?}");
    }
    world.hold().await;
}

/// The bank's mail and the doubt, told at the same moment: in the end the mail vouches for the money.
#[tokio::test]
async fn a_mail_and_a_doubt_of_one_moment_end_without_a_flag() {
    let (world, shop, account) = World::shop().await;
    let phone = mailbox(2);
    world.watch(phone, account, true).await;
    for n in 0..ROUNDS {
        let name = format!("A{n}");
        let intent = world.create(shop, &name, 49_900).await;
        let told = world.noted(account, payable(&intent), code(&intent)).await;
        let mail = told.clone();
        let told = World::by_phone(told, phone);
        world.tell(told.clone()).await;
        let doubt = world.revoked(phone, &[&told]).await;
        tokio::join!(world.tell_until_taken(mail), taken(&world, &doubt));
        let after = world.get(shop, &name).await;
        assert_eq!(after.status(), pb::IntentStatus::Settled);
        assert_eq!(after.review_reason, "");
    }
    world.hold().await;
}
