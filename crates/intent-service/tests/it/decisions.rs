//! Money is put aside and brought back; who decides nothing, and what is answered again.

use crate::support::*;
use crate::word::*;
use domain::ErrorCode;
use domain::StatusName::Settled;
use domain::breach::Breach;
use intent_service::commands::decide::{Asked, Word};
use intent_service::queries::unmatched::State;

#[tokio::test]
async fn waiting_money_is_put_aside_and_brought_back() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay(account, 60_000).await;
    let seen = world.only_waiting().await;
    world.decided(shop, Asked::Dismiss(seen), key(&[])).await;
    assert!(world.waiting(State::Open).await.is_empty());
    let again = world.decided(shop, Asked::Dismiss(seen), key(&[])).await;
    assert_eq!(again.evidence.unwrap().findings.len(), 2);
    world.wrong_state(shop, Asked::GiveBack(seen)).await;
    world
        .wrong_state(shop, Asked::Match(seen, id(&intent)))
        .await;

    let back = world.decided(shop, Asked::Restore(seen), key(&[])).await;
    let findings = back.evidence.unwrap().findings;
    assert_eq!(findings.last().unwrap().outcome, "review");
    let again = world.decided(shop, Asked::Restore(seen), key(&[])).await;
    assert_eq!(again.evidence.unwrap().findings.len(), 3);
    world.decided(shop, Asked::GiveBack(seen), key(&[])).await;
    assert_eq!(world.waiting(State::RefundDue).await.len(), 1);
    world.decided(shop, Asked::Restore(seen), key(&[])).await;
    assert!(world.waiting(State::RefundDue).await.is_empty());
    let asked = Asked::Match(seen, id(&intent));
    let word = owner(&[Breach::AmountDiffers]);
    let decided = world.decided(shop, asked, word).await;
    let kinds: Vec<String> = decided
        .evidence
        .unwrap()
        .decisions
        .into_iter()
        .map(|d| d.kind)
        .collect();
    assert_eq!(
        kinds,
        ["dismiss", "restore", "refund_due", "restore", "match"]
    );
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn a_stranger_decides_nothing() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let stranger = merchant(2);
    world.account(stranger, "other@okbank", DEDICATED).await;
    world.create(stranger, "S", 60_000).await;
    world.pay(account, 60_000).await;
    let seen = world.only_waiting().await;
    for asked in [
        Asked::Match(seen, order("S")),
        Asked::Dismiss(seen),
        Asked::GiveBack(seen),
        Asked::Restore(seen),
        Asked::Approve(id(&intent)),
        Asked::Reject(id(&intent)),
        Asked::Reverse(id(&intent)),
    ] {
        let answer = world.decide(stranger, asked, owner(&Breach::ALL)).await;
        refused(answer, ErrorCode::NotFound, None);
    }
    let test = db::Scope {
        mode: domain::Mode::Test,
        ..shop
    };
    let answer = world.decide(test, Asked::Dismiss(seen), owner(&[])).await;
    refused(answer, ErrorCode::NotFound, None);
    // The owner cannot give it to a project that does not use the account.
    let foreign = world.get(stranger, "S").await;
    let answer = world
        .decide(shop, Asked::Match(seen, id(&foreign)), owner(&Breach::ALL))
        .await;
    refused(answer, ErrorCode::NotFound, None);
    world.hold().await;
}

#[tokio::test]
async fn a_key_answers_what_it_answered() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.pay(account, 49_950).await;
    let seen = world.only_waiting().await;
    let keyed = |fingerprint| Word {
        idempotency: Some(("k1".to_owned(), "/observations/match".to_owned())),
        fingerprint: [fingerprint; 32],
        ..key(&[])
    };
    let asked = || Asked::Match(seen, order("A"));
    let first = world.decided(shop, asked(), keyed(1)).await;
    let again = world.decided(shop, asked(), keyed(1)).await;
    assert_eq!(first, again);
    let other = world.decide(shop, asked(), keyed(2)).await;
    refused(other, ErrorCode::Conflict, Some("idempotency_key"));
    world.hold().await;
}
