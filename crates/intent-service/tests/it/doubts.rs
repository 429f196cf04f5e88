//! A phone is revoked: what it alone vouched for is flagged, and settles nothing more.

use crate::support::*;
use crate::word::*;
use bus::Outcome;
use domain::StatusName::{Pending, Review, Settled, Underpaid};
use domain::breach::Breach;
use domain::event::Observation;
use domain::evidence::Strength;
use domain::ids::{AccountId, ObservationId, SourceId};
use domain::text::ShortText;
use domain::{Interval, Precision};
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use jiff::SignedDuration;
use proto::intent as pb;

pub(crate) const FLAGGED: [&str; 3] = ["intent.created", "intent.settled", "intent.flagged"];

pub(crate) fn phone() -> SourceId {
    mailbox(2)
}

/// A shop with a mailbox and a phone.
pub(crate) async fn shop() -> (World, db::Scope, AccountId) {
    let (world, shop, account) = World::shop().await;
    world.watch(phone(), account, true).await;
    (world, shop, account)
}

/// What a phone told, and was taken.
pub(crate) async fn phoned(world: &World, told: Observation) -> Observation {
    let told = World::by_phone(told, phone());
    assert_eq!(world.tell(told.clone()).await, Outcome::Ack);
    told
}

/// An intent that a phone's word settled, by its code.
pub(crate) async fn settled(
    world: &World,
    account: AccountId,
    order: &str,
) -> (pb::Intent, Observation) {
    let intent = world.create(merchant(1), order, 49_900).await;
    let told = world.noted(account, payable(&intent), code(&intent)).await;
    let told = phoned(world, told).await;
    assert_eq!(world.status(merchant(1), order).await, Settled);
    (intent, told)
}

/// The same payment as the bank's mail tells it.
pub(crate) fn mailed(told: &Observation) -> Observation {
    let mut mail = Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(1),
        ..told.clone()
    };
    mail.proof.method = "dkim".to_owned();
    mail
}

pub(crate) async fn reason(world: &World, order: &str) -> String {
    world.get(merchant(1), order).await.review_reason
}

/// Outcome and reason of the last finding about some evidence.
async fn found(world: &World, told: &Observation) -> (String, String) {
    let id = told.observation_id.to_string();
    let waiting = world.waiting(State::Open).await;
    let one = waiting.into_iter().find(|e| e.observation_id == id);
    let last = one.unwrap().findings.pop().unwrap();
    (last.outcome, last.reason)
}

fn asks() -> (String, String) {
    ("review".to_owned(), "source_revoked".to_owned())
}

#[tokio::test]
async fn a_revoked_device_flags_what_it_settled() {
    let (world, shop, account) = shop().await;
    let (intent, told) = settled(&world, account, "A").await;
    let (_, before) = settled(&world, account, "B").await;
    world.doubt(phone(), &[&told]).await;
    let flagged = world.get(shop, "A").await;
    assert_eq!(
        flagged.status(),
        pb::IntentStatus::Settled,
        "never silently"
    );
    assert_eq!(flagged.review_reason, "source_revoked");
    assert_eq!(world.events(shop, "A").await, FLAGGED);
    let snapshot = world.snapshot(&intent).await;
    assert_eq!(snapshot["status"], "settled");
    assert_eq!(snapshot["review_reason"], "source_revoked");
    let evidence = &world.explain(shop, "A").await.evidence[0];
    assert_eq!(evidence.doubt_reason, "stolen");
    assert!(evidence.doubted_at.is_some());
    // What was not named is believed.
    assert_eq!(reason(&world, "B").await, "");
    assert!(before.observation_id != told.observation_id);
    world.hold().await;
}

#[tokio::test]
async fn a_payment_that_the_bank_mailed_too_is_not_flagged() {
    for mail_first in [true, false] {
        let (world, shop, account) = shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        let told = world.noted(account, payable(&intent), code(&intent)).await;
        let told = World::by_phone(told, phone());
        let mail = mailed(&told);
        let order = if mail_first {
            [&mail, &told]
        } else {
            [&told, &mail]
        };
        for told in order {
            world.tell(told.clone()).await;
        }
        world.doubt(phone(), &[&told]).await;
        assert_eq!(reason(&world, "A").await, "", "{mail_first}");
        assert_eq!(world.events(shop, "A").await, FLAGGED[..2]);
        let evidence = &world.explain(shop, "A").await.evidence[0];
        let doubted = (evidence.doubted_at.is_some(), evidence.doubted_sightings);
        assert_eq!(
            doubted,
            if mail_first { (false, 1) } else { (true, 0) },
            "the doubt is shown all the same"
        );
        world.hold().await;
    }
}

/// The mail prints neither reference nor note, and the day alone.
pub(crate) fn vague(told: &Observation) -> Observation {
    let to = told.interval.to();
    let from = to - SignedDuration::from_mins(30);
    Observation {
        reference: format!("digest:{}", told.reference),
        strength: Strength::Provisional,
        interval: Interval::new(from, to, Precision::Date).unwrap(),
        payer_vpa: None,
        note: None,
        ..mailed(told)
    }
}

#[tokio::test]
async fn a_mail_that_was_joined_vouches_for_an_amount() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.credit(account, payable(&intent)).await;
    let told = phoned(&world, told).await;
    world.tell(vague(&told)).await;
    world.doubt(phone(), &[&told]).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    assert_eq!(reason(&world, "A").await, "");
    world.hold().await;
}

#[tokio::test]
async fn a_code_that_only_the_revoked_phone_read_is_flagged() {
    for same_reference in [true, false] {
        let (world, shop, account) = shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        // An amount that nobody holds: only the note can tell whose it is.
        let told = world.noted(account, 60_000, code(&intent)).await;
        let told = World::by_phone(told, phone());
        let mail = if same_reference {
            Observation {
                note: None,
                ..mailed(&told)
            }
        } else {
            vague(&told)
        };
        world.tell(mail).await;
        assert_eq!(world.status(shop, "A").await, Pending);
        world.tell(told.clone()).await;
        assert_eq!(world.status(shop, "A").await, Settled);
        world.doubt(phone(), &[&told]).await;
        assert_eq!(
            reason(&world, "A").await,
            "source_revoked",
            "{same_reference}"
        );
        world.hold().await;
    }
}

/// Where an amount alone proves nothing.
async fn shared_shop() -> (World, db::Scope, AccountId) {
    let (world, shop) = (World::new().await, merchant(1));
    let shared = Kind {
        dedicated: false,
        reference_only: true,
    };
    let account = world.account(shop, "shop@okbank", shared).await;
    world.watch(phone(), account, true).await;
    (world, shop, account)
}

#[tokio::test]
async fn a_payer_that_only_the_revoked_phone_named_is_flagged() {
    for mail_names_the_payer in [true, false] {
        let (world, shop, account) = shared_shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        world.declare(&intent, "ravi@okexample").await.unwrap();
        let told = world.credit(account, payable(&intent)).await;
        let told = phoned(&world, told).await;
        assert_eq!(world.status(shop, "A").await, Settled);
        let mut mail = mailed(&told);
        if !mail_names_the_payer {
            mail.payer_vpa = Some(ShortText::clean("ra**@okexample"));
        }
        world.tell(mail).await;
        world.doubt(phone(), &[&told]).await;
        let flagged = reason(&world, "A").await == "source_revoked";
        assert_eq!(flagged, !mail_names_the_payer);
        world.hold().await;
    }
}

#[tokio::test]
async fn doubt_that_comes_before_its_evidence_keeps_it_from_settling() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.noted(account, payable(&intent), code(&intent)).await;
    let told = World::by_phone(told, phone());
    world.doubt(phone(), &[&told]).await;
    assert_eq!(world.tell(told.clone()).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(found(&world, &told).await, asks());
    let waiting = &world.waiting(State::Open).await[0];
    assert_eq!(waiting.findings[0].candidates, [&*intent.id]);
    let rules: Vec<&str> = waiting.suggestions[0]
        .breaches
        .iter()
        .map(|b| &*b.rule)
        .collect();
    assert_eq!(rules, ["source_revoked"]);
    // A person knows more.
    let asked = || Asked::Match(told.observation_id, order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["source_revoked"]);
    world
        .decided(shop, asked(), owner(&[Breach::SourceRevoked]))
        .await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn what_a_revoked_phone_adds_to_waiting_money_settles_nothing() {
    for same_reference in [true, false] {
        let (world, shop, account) = shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        let told = world.noted(account, 60_000, code(&intent)).await;
        let told = World::by_phone(told, phone());
        let mail = if same_reference {
            Observation {
                note: None,
                ..mailed(&told)
            }
        } else {
            vague(&told)
        };
        world.tell(mail).await;
        world.doubt(phone(), &[&told]).await;
        world.tell(told).await;
        assert_eq!(world.status(shop, "A").await, Pending, "{same_reference}");
        world.hold().await;
    }
}

#[tokio::test]
async fn a_doubt_told_twice_flags_once() {
    let (world, shop, account) = shop().await;
    let (_, told) = settled(&world, account, "A").await;
    let event = world.revoked(phone(), &[&told, &told]).await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&event).await, Outcome::Ack);
    }
    // A second revocation.
    world.doubt(phone(), &[&told]).await;
    assert_eq!(world.events(shop, "A").await, FLAGGED);
    world.hold().await;
}

#[tokio::test]
async fn waiting_evidence_of_a_revoked_device_settles_nothing() {
    for revoked in [true, false] {
        let (world, shop, account) = shared_shop().await;
        let intent = world.create(shop, "A", 49_900).await;
        let told = world.credit(account, payable(&intent)).await;
        let told = phoned(&world, told).await;
        assert_eq!(found(&world, &told).await.0, "suspense");
        if revoked {
            world.doubt(phone(), &[&told]).await;
            assert_eq!(found(&world, &told).await, asks());
        }
        // A payer who types its reference brings waiting money up again.
        world.claim(&intent, &told.reference).await.unwrap();
        let expected = if revoked { Pending } else { Settled };
        assert_eq!(world.status(shop, "A").await, expected);
        world.hold().await;
    }
}

#[tokio::test]
async fn a_part_in_doubt_settles_nothing_without_a_person() {
    let (world, shop, account) = shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let part = world.noted(account, 20_000, code(&intent)).await;
    let part = phoned(&world, part).await;
    assert_eq!(world.status(shop, "A").await, Underpaid);
    world.doubt(phone(), &[&part]).await;
    assert_eq!(reason(&world, "A").await, "source_revoked");
    world
        .pay_noted(account, payable(&intent) - 20_000, code(&intent))
        .await;
    assert_eq!(world.status(shop, "A").await, Review);
    let asked = || Asked::Approve(order("A"));
    let shown = world.decide(shop, asked(), owner(&[])).await.unwrap();
    assert_eq!(unaccepted(&shown), ["source_revoked"]);
    world
        .decided(shop, asked(), owner(&[Breach::SourceRevoked]))
        .await;
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn nobody_doubts_what_another_source_said() {
    let (world, shop, account) = shop().await;
    let (_, told) = settled(&world, account, "A").await;
    world.doubt(mailbox(3), &[&told]).await;
    assert_eq!(reason(&world, "A").await, "");
    assert_eq!(world.events(shop, "A").await, FLAGGED[..2]);
    world.hold().await;
}

#[tokio::test]
async fn one_event_flags_all_that_it_names_and_that_is_here() {
    let (world, shop, account) = shop().await;
    let mut told = Vec::new();
    for order in ["A", "B", "C"] {
        told.push(settled(&world, account, order).await.1);
    }
    let never_came = World::by_phone(world.credit(account, 100).await, phone());
    let mut named: Vec<&Observation> = told.iter().collect();
    named.push(&never_came);
    world.doubt(phone(), &named).await;
    for order in ["A", "B", "C"] {
        assert_eq!(world.events(shop, order).await, FLAGGED);
    }
    world.hold().await;
}
