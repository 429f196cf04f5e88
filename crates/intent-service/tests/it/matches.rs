//! A person says whose money it is.

use crate::support::*;
use crate::word::*;
use bus::Outcome;
use domain::StatusName::{Cancelled, Expired, Pending, Settled, Underpaid};
use domain::breach::Breach;
use domain::event::Observation;
use domain::evidence::{PaymentMode, Strength};
use domain::ids::ObservationId;
use domain::{ErrorCode, Interval};
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use proto::intent as pb;

#[tokio::test]
async fn a_match_settles_by_the_merchants_word() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    // The payer typed another code; the amount is rounded up.
    world.create(shop, "B", 70_000).await;
    world.pay(account, 49_950).await;
    let seen = world.only_waiting().await;
    let decided = world
        .decided(shop, Asked::Match(seen, order("A")), key(&[]))
        .await;
    let settled = decided.intent.unwrap();
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.received.as_ref()), 49_950);
    assert_eq!(paise(settled.excess.as_ref()), 50);
    assert_eq!(settled.references.len(), 1);
    let evidence = decided.evidence.unwrap();
    let last = evidence.findings.last().unwrap();
    assert_eq!(
        (&*last.outcome, &*last.rung),
        ("allocated", "merchant_word")
    );
    let kinds: Vec<&str> = evidence.allocations.iter().map(|a| &*a.kind).collect();
    assert_eq!(kinds, ["receipt", "excess"]);
    assert_eq!(evidence.decisions[0].reason, "the customer called");
    assert_eq!(evidence.decisions[0].actor, "key:1");

    let explained = world.explain(shop, "A").await;
    assert_eq!(explained.decisions[0].kind, "match");
    assert_eq!(explained.decisions[0].observation_id, seen.to_string());
    assert_eq!(
        world.events(shop, "A").await,
        ["intent.created", "intent.settled"]
    );
    let snapshot = world.snapshot(&intent).await;
    assert_eq!(snapshot["proof"], "merchant_word");
    assert_eq!(snapshot["evidence"][0]["rung"], "merchant_word");
    // Again it answers the same, and says nothing.
    let again = world
        .decided(shop, Asked::Match(seen, order("A")), key(&[]))
        .await;
    assert_eq!(again.intent.unwrap().sequence, settled.sequence);
    // Otherwise it is decided already.
    world
        .wrong_state(shop, Asked::Match(seen, order("B")))
        .await;
    world.wrong_state(shop, Asked::Dismiss(seen)).await;
    world.wrong_state(shop, Asked::Restore(seen)).await;
    world.hold().await;
}

#[tokio::test]
async fn a_payment_short_by_rounding_settles_with_a_word_and_stays_what_it_is() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_950).await;
    world.pay(account, 49_900).await;
    let seen = world.only_waiting().await;
    let decided = world
        .decided(shop, Asked::Match(seen, order("A")), key(&[]))
        .await;
    let settled = decided.intent.unwrap();
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.received.as_ref()), 49_900);
    world.hold().await;
}

#[tokio::test]
async fn a_match_of_a_part_leaves_the_intent_open() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.pay(account, 20_000).await;
    let seen = world.only_waiting().await;
    let asked = Asked::Match(seen, order("A"));
    let word = owner(&[Breach::AmountDiffers]);
    world.decided(shop, asked, word).await;
    assert_eq!(world.status(shop, "A").await, Underpaid);
    world.hold().await;
}

#[tokio::test]
async fn a_suggestion_with_a_conflict_cannot_be_accepted_in_one_click() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.create(shop, "B", 49_900).await;
    // B's amount and A's code.
    let a = world.get(shop, "A").await;
    world.pay_noted(account, 49_899, code(&a)).await;
    let [waiting] = &world.waiting(State::Open).await[..] else {
        panic!("not one");
    };
    assert_eq!(waiting.findings[0].reason, "rungs_disagree");
    let of = |order: &str| {
        let found = waiting.suggestions.iter().find(|s| s.order_id == order);
        let rules = found.unwrap().breaches.iter().map(|b| b.rule.clone());
        rules.collect::<Vec<_>>()
    };
    assert_eq!(of("B"), ["code_names_another"]);
    assert_eq!(of("A"), ["another_fits"]);
    let seen: ObservationId = waiting.observation_id.parse().unwrap();
    let asked = || Asked::Match(seen, order("B"));

    // One click: nothing is done, and the broken rule is said in words.
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["code_names_another"]);
    assert!(shown.unaccepted[0].conflict && !shown.unaccepted[0].words.is_empty());
    assert!(shown.intent.is_none() && shown.evidence.is_none());
    // Another rule accepted is not this one.
    let shown = world.decide(shop, asked(), owner(&[Breach::Late])).await;
    assert_eq!(unaccepted(&shown.unwrap()), ["code_names_another"]);
    // The merchant's key may not, whatever it accepts.
    let refusal = world
        .decide(shop, asked(), key(&[Breach::CodeNamesAnother]))
        .await;
    refused(refusal, ErrorCode::Forbidden, None);
    assert_eq!(world.status(shop, "B").await, Pending);
    assert_eq!(world.waiting(State::Open).await.len(), 1);
    world.hold().await;

    let word = owner(&[Breach::CodeNamesAnother]);
    let decided = world.decided(shop, asked(), word).await;
    assert_eq!(
        decided.evidence.unwrap().decisions[0].accepted,
        ["code_names_another"]
    );
    assert_eq!(world.status(shop, "B").await, Settled);
    assert_eq!(world.status(shop, "A").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn each_rule_that_a_match_breaks_is_named() {
    let (world, shop, account) = World::shop().await;
    let cheque = Observation {
        mode: PaymentMode::Cheque,
        strength: Strength::Provisional,
        ..world.credit(account, 10_000).await
    };
    let early = world.credit(account, 49_900).await;
    world.pass(minutes(10)).await;
    world.create(shop, "A", 49_900).await;
    let other = world.account(shop, "second@okbank", DEDICATED).await;
    let elsewhere = world.credit(other, 60_000).await;
    let cases = [
        (early, vec!["created_later"]),
        (elsewhere, vec!["amount_differs", "other_account"]),
        (
            cheque,
            vec![
                "amount_differs",
                "created_later",
                // The second credit here that fits nothing: its dedication is suspended.
                "account_not_dedicated",
                "mode_may_bounce",
                "provisional",
            ],
        ),
    ];
    for (told, rules) in cases {
        let id = told.observation_id;
        assert_eq!(world.tell(told).await, Outcome::Ack);
        let shown = world
            .decide(shop, Asked::Match(id, order("A")), key(&[]))
            .await
            .unwrap();
        assert_eq!(unaccepted(&shown), rules);
    }
    world.hold().await;
}

#[tokio::test]
async fn a_persons_word_settles_what_the_policy_would_put_to_review() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    let cancelled = world.create(shop, "B", 70_000).await;
    world.cancel(shop, &cancelled).await.unwrap();
    world.run_out().await;
    assert_eq!(world.status(shop, "A").await, Expired);
    world.pay(account, 49_900).await;
    let late = world.only_waiting().await;
    let asked = || Asked::Match(late, order("A"));
    let shown = world.decide(shop, asked(), key(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["late"]);
    assert!(!shown.unaccepted[0].conflict);
    // Patience is the merchant's own: its key may have it.
    world.decided(shop, asked(), key(&[Breach::Late])).await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert!(settled.late);

    world.pay(account, 70_000).await;
    let unwanted = world.only_waiting().await;
    let asked = || Asked::Match(unwanted, order("B"));
    let shown = world.decide(shop, asked(), key(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["after_cancel"]);
    world
        .decided(shop, asked(), key(&[Breach::AfterCancel]))
        .await;
    assert_eq!(world.status(shop, "B").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn money_given_to_a_settled_intent_is_excess_and_said_without_leaving_settled() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 49_900, code(&intent)).await;
    world.pay_noted(account, 49_900, code(&intent)).await;
    let twice = world.only_waiting().await;
    let asked = || Asked::Match(twice, order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["already_settled"]);
    world
        .decided(shop, asked(), owner(&[Breach::AlreadySettled]))
        .await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.excess.as_ref()), 49_900);
    assert_eq!(paise(settled.received.as_ref()), 99_800);
    assert_eq!(
        world.events(shop, "A").await,
        ["intent.created", "intent.settled", "intent.overpaid"]
    );
    world.hold().await;
}

#[tokio::test]
async fn an_owner_gives_money_to_another_project_of_the_account() {
    let (world, shop, account) = World::shop().await;
    let project = merchant(2);
    world.grant(account, project).await;
    let intent = world.create(project, "P", 49_900).await;
    world.pay(account, 49_950).await;
    let seen = world.only_waiting().await;
    let decided = world
        .decided(shop, Asked::Match(seen, id(&intent)), owner(&[]))
        .await;
    assert!(decided.intent.is_none(), "its id opens its checkout");
    assert!(decided.evidence.unwrap().allocations.is_empty());
    assert_eq!(world.status(project, "P").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn a_match_that_is_cancelled_over_asks_about_what_comes_after() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay(account, 20_000).await;
    let seen = world.only_waiting().await;
    let asked = Asked::Match(seen, order("A"));
    world
        .decided(shop, asked, owner(&[Breach::AmountDiffers]))
        .await;
    assert_eq!(
        world.cancel(shop, &intent).await.unwrap().review_reason,
        "late_after_cancel"
    );
    world.pass(minutes(1)).await;
    let told = world.noted(account, 29_900, code(&intent)).await;
    let told = Observation {
        interval: Interval::second(told.seen_at),
        ..told
    };
    world.tell(told).await;
    let asked = world.get(shop, "A").await;
    assert_eq!(asked.review_reason, "late_after_cancel");
    assert_ne!(world.status(shop, "A").await, Cancelled);
    world.hold().await;
}
