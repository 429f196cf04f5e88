//! What payers say about their payment: their UPI ID, and its UTR.

use crate::support::*;
use domain::StatusName::{Pending, Settled};
use domain::event::Observation;
use domain::ids::AccountId;
use domain::{ErrorCode, Utr};
use intent_service::commands::claim_reference::{ClaimReference, claim_reference};
use intent_service::commands::declare_payer::{DeclarePayer, declare_payer};
use jiff::SignedDuration;
use proto::{Fault, intent as pb};
use rails::vpa::Vpa;

/// Where an amount alone proves nothing.
const SHARED: Kind = Kind {
    dedicated: false,
    reference_only: true,
};

async fn shared_shop() -> (World, db::Scope, AccountId) {
    let world = World::new().await;
    let account = world.account(merchant(1), "shop@okbank", SHARED).await;
    (world, merchant(1), account)
}

impl World {
    pub(crate) async fn claim(&self, intent: &pb::Intent, utr: &str) -> Result<(), Fault> {
        let request = ClaimReference {
            intent: intent.id.parse().unwrap(),
            utr: Utr::parse(utr).unwrap(),
        };
        claim_reference(&self.core, &request)
            .await
            .map_err(Fault::from)
    }

    pub(crate) async fn declare(&self, intent: &pb::Intent, vpa: &str) -> Result<(), Fault> {
        let request = DeclarePayer {
            intent: intent.id.parse().unwrap(),
            payer: Vpa::parse(vpa).unwrap(),
        };
        declare_payer(&self.core, &request)
            .await
            .map_err(Fault::from)
    }

    /// The rung by which an intent got its money.
    async fn rung(&self, scope: db::Scope, order: &str) -> String {
        let evidence = self.explain(scope, order).await.evidence;
        let findings = evidence.iter().flat_map(|e| &e.findings);
        findings
            .map(|f| f.rung.clone())
            .find(|r| !r.is_empty())
            .unwrap_or_default()
    }
}

#[tokio::test]
async fn a_declared_payer_settles_before_and_after_the_money_comes() {
    for declared_first in [true, false] {
        let (world, shop, account) = shared_shop().await;
        let a = world.create(shop, "A", 49_900).await;
        if declared_first {
            world.declare(&a, "Ravi@OkExample").await.unwrap();
        }
        world.pay(account, payable(&a)).await;
        if !declared_first {
            assert_eq!(world.status(shop, "A").await, Pending);
            world.declare(&a, "Ravi@OkExample").await.unwrap();
        }
        assert_eq!(world.status(shop, "A").await, Settled);
        assert_eq!(world.rung(shop, "A").await, "declared_vpa");
        world.hold().await;
    }
}

#[tokio::test]
async fn only_the_last_declaration_counts() {
    let (world, shop, account) = shared_shop().await;
    let a = world.create(shop, "A", 49_900).await;
    world.declare(&a, "ravi@okexample").await.unwrap();
    world.declare(&a, "asha@okexample").await.unwrap();
    world.pay(account, payable(&a)).await;
    assert_eq!(world.status(shop, "A").await, Pending);
    // Corrected again: that is as often as it goes.
    world.declare(&a, "ravi@okexample").await.unwrap();
    assert_eq!(world.status(shop, "A").await, Settled);
    let fourth = world.declare(&a, "usha@okexample").await;
    refused(fourth, ErrorCode::RateLimited, None);
    world.hold().await;
}

#[tokio::test]
async fn a_typed_utr_settles_before_and_after_the_money_comes() {
    for typed_first in [true, false] {
        let (world, shop, account) = shared_shop().await;
        let a = world.create(shop, "A", 49_900).await;
        let told = world.credit(account, payable(&a)).await;
        let utr = told.reference.clone();
        if typed_first {
            world.claim(&a, &utr).await.unwrap();
        }
        world.tell(told).await;
        if !typed_first {
            assert_eq!(world.status(shop, "A").await, Pending);
            world.claim(&a, &utr).await.unwrap();
        }
        assert_eq!(world.status(shop, "A").await, Settled);
        assert_eq!(world.rung(shop, "A").await, "claimed_utr");
        // Typing it again changes nothing.
        world.claim(&a, &utr).await.unwrap();
        assert_eq!(world.get(shop, "A").await.sequence, 2);
        world.hold().await;
    }
}

#[tokio::test]
async fn a_utr_typed_first_by_a_stranger_settles_nothing() {
    let (world, shop, account) = shared_shop().await;
    let owners = world.create(shop, "OWNER", 49_900).await;
    let strangers = world.create(shop, "STRANGER", 49_900).await;
    assert_ne!(payable(&owners), payable(&strangers));
    let told = world.credit(account, payable(&owners)).await;
    let utr = told.reference.clone();
    world.claim(&strangers, &utr).await.unwrap();
    world.tell(told).await;
    world.claim(&owners, &utr).await.unwrap();
    for order in ["OWNER", "STRANGER"] {
        assert_eq!(world.status(shop, order).await, Pending);
    }
    // An intent opened when the money was here already.
    let late = world.create(shop, "LATE", 60_000).await;
    let (world, shop, account) = shared_shop().await;
    drop(late);
    let told = world.credit(account, 49_900).await;
    let utr = told.reference.clone();
    world.tell(told).await;
    world.pass(SignedDuration::from_secs(2)).await;
    let strangers = world.create(shop, "STRANGER", 49_900).await;
    world.claim(&strangers, &utr).await.unwrap();
    assert_eq!(world.status(shop, "STRANGER").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn claim_answers_reveal_nothing() {
    let (world, shop, account) = shared_shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(shop, "B", 70_000).await;
    let told = world.noted(account, payable(&b), code(&b)).await;
    let used = told.reference.clone();
    world.tell(told).await;
    // Unknown, another's, and of money that waits: one answer.
    let waiting = world.credit(account, 12_300).await;
    let waits = waiting.reference.clone();
    world.tell(waiting).await;
    for utr in ["999999999999", used.as_str(), waits.as_str()] {
        world.claim(&a, utr).await.unwrap();
    }
    assert_eq!(world.status(shop, "A").await, Pending);
    let fourth = world.claim(&a, "888888888888").await;
    refused(fourth, ErrorCode::RateLimited, None);
    // What was typed before may be typed again.
    world.claim(&a, &used).await.unwrap();
    world.hold().await;
}

#[tokio::test]
async fn a_strangers_claim_does_not_delay_a_reserved_match() {
    let (world, shop, account) = World::shop().await;
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(shop, "B", 49_900).await;
    let told = world.credit(account, payable(&a)).await;
    world.claim(&b, &told.reference).await.unwrap();
    world.tell(told).await;
    assert_eq!(world.status(shop, "A").await, Settled);
    assert_eq!(world.rung(shop, "A").await, "reserved_amount");
    assert_eq!(world.status(shop, "B").await, Pending);
    world.hold().await;
}

#[tokio::test]
async fn a_claim_of_another_amount_is_shown_to_a_person_in_either_order() {
    for typed_first in [true, false] {
        let (world, shop, account) = shared_shop().await;
        let a = world.create(shop, "A", 49_900).await;
        let told = world.credit(account, payable(&a) + 100).await;
        let utr = told.reference.clone();
        if typed_first {
            world.claim(&a, &utr).await.unwrap();
        }
        world.tell(told).await;
        world.claim(&a, &utr).await.unwrap();
        assert_eq!(world.status(shop, "A").await, Pending);
        let evidence = world.explain(shop, "A").await.evidence;
        let last = evidence[0].findings.last().unwrap();
        assert_eq!(
            (last.outcome.as_str(), last.reason.as_str()),
            ("review", "claim_does_not_fit")
        );
        world.hold().await;
    }
}

#[tokio::test]
async fn a_claim_and_its_money_that_meet_settle_once() {
    let (world, shop, account) = shared_shop().await;
    for n in 0..8 {
        let order = format!("A{n}");
        let a = world.create(shop, &order, 49_900 + n * 1_000).await;
        let told: Observation = world.credit(account, payable(&a)).await;
        let utr = told.reference.clone();
        let claim = async {
            testkit::wait::until(testkit::wait::PATIENCE, async || {
                world.claim(&a, &utr).await
            })
            .await;
        };
        tokio::join!(claim, world.tell_until_taken(told));
        assert_eq!(world.status(shop, &order).await, Settled, "{order}");
    }
    world.hold().await;
}

#[tokio::test]
async fn a_hint_for_an_unknown_intent_is_refused() {
    let (world, shop, _) = shared_shop().await;
    let mut nobodys = world.create(shop, "A", 49_900).await;
    nobodys.id = uuid::Uuid::from_u128(1).to_string();
    refused(
        world.claim(&nobodys, "632512345678").await,
        ErrorCode::NotFound,
        None,
    );
    refused(
        world.declare(&nobodys, "ravi@okexample").await,
        ErrorCode::NotFound,
        None,
    );
}
