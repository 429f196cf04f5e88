//! Which intent the money belongs to.

use crate::support::*;
use bus::Outcome;
use domain::StatusName::{Pending, Settled, Underpaid};
use domain::event::Observation;
use domain::evidence::PaymentMode;
use domain::text::ShortText;
use domain::{Interval, Precision};
use intent_service::queries::unmatched::list_unmatched;
use intent_service::reply;
use proto::intent as pb;

async fn unmatched(world: &World) -> Vec<pb::Evidence> {
    let found = list_unmatched(&world.core, merchant(1), 50).await.unwrap();
    found.iter().map(|e| reply::evidence(e).unwrap()).collect()
}

/// The reason of the only unmatched money.
async fn reason(world: &World) -> String {
    let found = unmatched(world).await;
    assert_eq!(found.len(), 1);
    found[0].findings[0].reason.clone()
}

#[tokio::test]
async fn a_code_in_a_mangled_note_settles_its_intent() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let code = code(&intent).to_ascii_lowercase();
    let note = format!("upi/ {} {} /thanks", &code[..4], &code[4..]);
    world.pay_noted(account, payable(&intent), &note).await;

    let explained = world.explain(shop, "A").await;
    let settled = explained.intent.unwrap();
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert!(!settled.late && settled.settled_at.is_some() && settled.paid_at.is_some());
    assert_eq!(settled.references.len(), 1);
    let [evidence] = explained.evidence.as_slice() else {
        panic!("{:?}", explained.evidence);
    };
    assert_eq!(evidence.reference, settled.references[0]);
    assert_eq!(evidence.findings[0].outcome, "allocated");
    assert_eq!(evidence.findings[0].rung, "code");
    assert_eq!(evidence.allocations[0].kind, "receipt");
    let moves: Vec<_> = explained
        .transitions
        .iter()
        .map(|t| &*t.event_type)
        .collect();
    assert_eq!(moves, ["intent.created", "intent.settled"]);
    world.hold().await;
}

#[tokio::test]
async fn a_reserved_amount_settles_its_only_holder() {
    let (world, shop, account) = World::shop().await;
    let first = world.create(shop, "A", 49_900).await;
    let second = world.create(shop, "B", 49_900).await;
    assert_eq!((payable(&first), payable(&second)), (49_900, 49_899));
    world.pay(account, 49_899).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(world.status(shop, "B").await, Settled);
    let evidence = &world.explain(shop, "B").await.evidence;
    assert_eq!(evidence[0].findings[0].rung, "reserved_amount");
    world.hold().await;
}

#[tokio::test]
async fn a_wrong_amount_waits_in_suspense_and_is_seen() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.pay(account, 50_000).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(reason(&world).await, "no_candidate");
    world.hold().await;
}

#[tokio::test]
async fn a_walk_in_payment_of_the_same_amount_settles_nothing_on_a_shared_account() {
    let world = World::new().await;
    let kind = Kind {
        dedicated: false,
        ..DEDICATED
    };
    let account = world.account(merchant(1), "shop@okbank", kind).await;
    let intent = world.create(merchant(1), "A", 49_900).await;
    world.pay(account, payable(&intent)).await;
    assert_eq!(world.status(merchant(1), "A").await, Pending);
    assert_eq!(reason(&world).await, "account_not_dedicated");
    world
        .pay_noted(account, payable(&intent), code(&intent))
        .await;
    assert_eq!(world.status(merchant(1), "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn one_rupee_with_anothers_code_leaves_that_order_payable() {
    let (world, shop, account) = World::shop().await;
    let victim = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 100, code(&victim)).await;
    let after = world.get(shop, "A").await;
    assert_eq!(after.status(), pb::IntentStatus::Underpaid);
    assert_eq!(paise(after.received.as_ref()), 100);
    // The rest may come in any part, or the whole again.
    world
        .pay_noted(account, payable(&victim), code(&victim))
        .await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.excess.as_ref()), 100);
    world.hold().await;
}

#[tokio::test]
async fn anothers_code_with_ones_own_amount_settles_neither() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(shop, "B", 20_000).await;
    world.pay_noted(account, payable(&b), code(&a)).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(world.status(shop, "B").await, Pending);
    assert_eq!(reason(&world).await, "rungs_disagree");
    // Both see that they were considered, and both can still be paid.
    for order in ["A", "B"] {
        let evidence = world.explain(shop, order).await.evidence;
        assert_eq!(evidence[0].findings[0].candidates.len(), 2);
    }
    world.pay_noted(account, payable(&a), code(&a)).await;
    world.pay_noted(account, payable(&b), code(&b)).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    assert_eq!(world.status(shop, "B").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn two_codes_in_one_note_ask_a_person() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(shop, "B", 20_000).await;
    let note = format!("{} {}", code(&a), code(&b));
    world.pay_noted(account, payable(&a), &note).await;
    assert_eq!(reason(&world).await, "several_codes");
    assert_eq!(world.status(shop, "A").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn a_code_in_a_payer_name_matches_nothing() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = Observation {
        payer_name: Some(ShortText::clean(code(&intent))),
        payer_vpa: Some(ShortText::clean(&format!("{}@okbank", code(&intent)))),
        ..world.credit(account, 60_000).await
    };
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(reason(&world).await, "no_candidate");
    world.hold().await;
}

#[tokio::test]
async fn more_than_was_asked_settles_with_the_excess_shown() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 60_000, code(&intent)).await;
    let explained = world.explain(shop, "A").await;
    let settled = explained.intent.unwrap();
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(paise(settled.received.as_ref()), 60_000);
    assert_eq!(paise(settled.excess.as_ref()), 10_100);
    let kinds: Vec<_> = explained.evidence[0]
        .allocations
        .iter()
        .map(|a| (&*a.kind, paise(a.amount.as_ref())))
        .collect();
    assert_eq!(kinds, [("receipt", 49_900), ("excess", 10_100)]);
    world.hold().await;
}

#[tokio::test]
async fn parts_with_the_code_add_up() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 20_000, code(&intent)).await;
    assert_eq!(world.status(shop, "A").await, Underpaid);
    world.pay_noted(account, 20_000, code(&intent)).await;
    assert_eq!(world.status(shop, "A").await, Underpaid);
    world.pay_noted(account, 9_900, code(&intent)).await;
    let settled = world.get(shop, "A").await;
    assert_eq!(settled.status(), pb::IntentStatus::Settled);
    assert_eq!(settled.references.len(), 3);
    assert_eq!(settled.sequence, 4, "one event per part");
    world.hold().await;
}

#[tokio::test]
async fn a_second_payment_of_a_settled_intent_asks_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay(account, payable(&intent)).await;
    world.pay(account, payable(&intent)).await;
    assert_eq!(reason(&world).await, "already_settled");
    let settled = world.get(shop, "A").await;
    assert_eq!(paise(settled.received.as_ref()), 49_900);
    world.hold().await;
}

#[tokio::test]
async fn a_cheque_credit_of_the_right_amount_settles_nothing() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = Observation {
        mode: PaymentMode::Cheque,
        ..world.credit(account, payable(&intent)).await
    };
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(reason(&world).await, "mode_needs_a_person");
    assert_eq!(world.status(shop, "A").await, Pending);
    world.hold().await;
}

/// ₹1.00 has one amount only: the second holder takes it when the first hold is over.
#[tokio::test]
async fn a_date_only_alert_that_fits_two_holders_goes_to_review() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 100).await;
    world.pass(minutes(26)).await;
    world.create(shop, "B", 100).await;
    let now = world.now().await;
    let told = Observation {
        interval: Interval::new(now - minutes(40), now, Precision::Date).unwrap(),
        ..world.credit(account, 100).await
    };
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(reason(&world).await, "several_candidates");
    assert_eq!(world.status(shop, "B").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn money_older_than_an_intent_never_settles_it_by_amount() {
    let (world, shop, account) = World::shop().await;
    let early = world.credit(account, 49_900).await;
    let earlier = Observation {
        reference: "200000000002".to_owned(),
        observation_id: domain::ids::ObservationId::new(),
        ..early.clone()
    };
    world.pass(minutes(1)).await;
    world.create(shop, "A", 49_900).await;
    assert_eq!(world.tell(early).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(reason(&world).await, "created_later");
    // Beyond the difference of clocks it is no candidate at all.
    world.pass(minutes(2)).await;
    world.create(shop, "B", 49_900).await;
    assert_eq!(world.tell(earlier).await, Outcome::Ack);
    assert_eq!(world.status(shop, "B").await, Pending);
    world.hold().await;
}
