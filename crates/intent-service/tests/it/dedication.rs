//! An account that receives what fits no intent stops settling by amount, until its owner has looked.

use crate::support::*;
use crate::word::*;
use bus::Outcome;
use db::Scope;
use domain::StatusName::{Pending, Settled};
use domain::event::Observation;
use domain::evidence::{PaymentMode, Strength};
use domain::ids::{AccountId, ObservationId};
use domain::text::Reason;
use intent_service::commands::decide::Asked;
use intent_service::commands::restore_dedication::{RestoreDedication, restore_dedication};
use intent_service::commands::start_channel_test::start_channel_test;
use intent_service::queries::accounts::list_accounts;
use intent_service::queries::unmatched::State;
use intent_service::reply;
use proto::{Fault, intent as pb};

impl World {
    pub(crate) async fn restore(
        &self,
        scope: Scope,
        account: AccountId,
    ) -> Result<pb::Account, Fault> {
        let asked = RestoreDedication {
            account,
            reason: Reason::parse("transfers of my own").unwrap(),
            actor: "admin".to_owned(),
            request_id: "r-1".to_owned(),
        };
        let row = restore_dedication(&self.core, scope, &asked).await?;
        Ok(reply::account(&row, scope.merchant)?)
    }

    /// What the merchant is told: so many of so many credits fitted no intent.
    pub(crate) async fn suspended(&self, scope: Scope, account: AccountId) -> Option<(u32, u32)> {
        let rows = list_accounts(&self.core, scope).await.unwrap();
        let row = rows.iter().find(|row| row.id == account).unwrap();
        let shown = reply::account(row, scope.merchant).unwrap();
        assert!(shown.dedicated || shown.dedication_suspended.is_none());
        let suspended = shown.dedication_suspended?;
        assert!(suspended.since.is_some());
        Some((suspended.unfitting, suspended.credits))
    }

    /// The account's changes, oldest first.
    pub(crate) async fn changes(&self, account: AccountId) -> String {
        self.text(&format!(
            "SELECT coalesce(string_agg(kind, ' ' ORDER BY change_no), '') AS text \
             FROM intents.dedication_changes WHERE account_id = '{account}'"
        ))
        .await
    }

    /// Two walk-ins, of amounts that nobody asked.
    pub(crate) async fn two_walk_ins(&self, account: AccountId) {
        self.pay(account, 12_300).await;
        self.pay(account, 45_600).await;
    }

    /// Whether an order is settled by its amount alone.
    pub(crate) async fn settles_by_amount(&self, account: AccountId, order: &str) -> bool {
        let intent = self.create(merchant(1), order, 49_900).await;
        self.pay(account, payable(&intent)).await;
        self.status(merchant(1), order).await == Settled
    }

    pub(crate) async fn reasons(&self) -> Vec<String> {
        let waiting = self.waiting(State::Open).await;
        let reasons = waiting
            .iter()
            .map(|e| e.findings.last().unwrap().reason.clone());
        reasons.collect()
    }
}

#[tokio::test]
async fn a_dedicated_account_with_walk_in_money_stops_settling_by_amount() {
    let (world, shop, account) = World::shop().await;
    assert!(world.settles_by_amount(account, "A").await);
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 3)));
    assert_eq!(world.changes(account).await, "suspended");

    let intent = world.create(shop, "B", 20_000).await;
    world.pay(account, payable(&intent)).await;
    assert_eq!(world.status(shop, "B").await, Pending);
    assert_eq!(world.reasons().await[0], "dedication_suspended");
    // A code goes on to say whose money it is.
    world
        .pay_noted(account, payable(&intent), code(&intent))
        .await;
    assert_eq!(world.status(shop, "B").await, Settled);
    // What fits nothing changes nothing any more.
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 3)));
    assert_eq!(world.changes(account).await, "suspended");
    world.hold().await;
}

#[tokio::test]
async fn a_single_stray_payment_suspends_nothing() {
    let (world, shop, account) = World::shop().await;
    assert!(world.settles_by_amount(account, "A").await);
    world.pay(account, 12_300).await;
    assert!(world.settles_by_amount(account, "B").await);
    assert_eq!(world.suspended(shop, account).await, None);
    world.hold().await;
}

#[tokio::test]
async fn in_a_busy_shop_two_strays_of_a_hundred_suspend_nothing_and_a_third_does() {
    let (world, shop, account) = World::shop().await;
    for n in 0..98 {
        let intent = world.create(shop, &format!("A{n}"), 49_900).await;
        world
            .pay_noted(account, payable(&intent), code(&intent))
            .await;
    }
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(shop, account).await, None, "2 % at most");
    world.pay(account, 78_900).await;
    assert_eq!(world.suspended(shop, account).await, Some((3, 101)));
}

#[tokio::test]
async fn a_replayed_alert_counts_once() {
    let (world, shop, account) = World::shop().await;
    world.watch(mailbox(2), account, true).await;
    let stray = world.credit(account, 12_300).await;
    let again = |source, strength, reference: &str| Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(source),
        strength,
        reference: reference.to_owned(),
        ..stray.clone()
    };
    assert_eq!(world.tell(stray.clone()).await, Outcome::Ack);
    // The same event, the same reference in both mailboxes, and an alert without one by another channel.
    for told in [
        stray.clone(),
        again(1, Strength::Strong, &stray.reference),
        again(2, Strength::Strong, &stray.reference),
        again(3, Strength::Provisional, "digest:1"),
    ] {
        assert_eq!(world.tell(told).await, Outcome::Ack);
    }
    assert_eq!(world.suspended(shop, account).await, None);
    assert!(world.settles_by_amount(account, "A").await);
    world.hold().await;
}

#[tokio::test]
async fn an_alert_that_may_be_the_same_payment_told_twice_is_not_counted() {
    let (world, shop, account) = World::shop().await;
    let told = |digest: &str, credit: &Observation| Observation {
        observation_id: ObservationId::new(),
        strength: Strength::Provisional,
        reference: "digest:1".to_owned(),
        proof: domain::evidence::Proof {
            message_digest: digest.to_owned(),
            ..credit.proof.clone()
        },
        ..credit.clone()
    };
    let credit = world.credit(account, 12_300).await;
    for digest in ["aa", "bb"] {
        assert_eq!(world.tell(told(digest, &credit)).await, Outcome::Ack);
    }
    assert_eq!(world.reasons().await, ["equal_alerts", "no_candidate"]);
    assert_eq!(world.suspended(shop, account).await, None);
    world.hold().await;
}

#[tokio::test]
async fn money_that_a_person_gave_to_its_intent_is_not_counted() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    world.pay(account, 49_950).await;
    let rounded = world.only_waiting().await;
    world
        .decided(shop, Asked::Match(rounded, order("A")), key(&[]))
        .await;
    world.pay(account, 12_300).await;
    assert_eq!(world.suspended(shop, account).await, None);
    // Put aside as no sale, it is still money that no intent asked for.
    let own = world.only_waiting().await;
    world.decided(shop, Asked::Dismiss(own), key(&[])).await;
    world.pay(account, 45_600).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 3)));
    world.hold().await;
}

#[tokio::test]
async fn an_accounts_own_tests_are_not_counted() {
    let (world, shop, account) = World::shop().await;
    let (test, row) = start_channel_test(&world.core, shop, account)
        .await
        .unwrap();
    for payment in reply::channel_test(&test, &row).unwrap().payments {
        world.pay(account, paise(payment.payable.as_ref())).await;
    }
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 2)));
    world.hold().await;
}

#[tokio::test]
async fn cash_that_no_intent_asked_for_counts_and_a_debit_does_not() {
    let (world, shop, account) = World::shop().await;
    let of_mode = async |mode| Observation {
        mode,
        ..world.credit(account, 12_300).await
    };
    let debit = Observation {
        direction: domain::evidence::Direction::Debit,
        ..world.credit(account, 45_600).await
    };
    world.tell(of_mode(PaymentMode::Cash).await).await;
    world.tell(debit).await;
    assert_eq!(world.suspended(shop, account).await, None);
    world.tell(of_mode(PaymentMode::Cheque).await).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 2)));
    world.hold().await;
}

#[tokio::test]
async fn money_from_before_the_account_was_registered_is_not_counted() {
    let (world, shop, account) = World::shop().await;
    let now = world.now().await;
    for (n, amount) in [(1, 12_300), (2, 45_600)] {
        let old = Observation {
            interval: domain::Interval::second(now - minutes(60 * n)),
            ..world.credit(account, amount).await
        };
        assert_eq!(world.tell(old).await, Outcome::Ack);
    }
    assert_eq!(world.suspended(shop, account).await, None);
    world.hold().await;
}

#[tokio::test]
async fn what_was_paid_more_than_a_week_ago_is_forgotten() {
    let (world, shop, account) = World::shop().await;
    world.pay(account, 12_300).await;
    let late = world.credit(account, 45_600).await;
    world.pass(minutes(7 * 24 * 60 + 1)).await;
    world.pay(account, 78_900).await;
    // A payment is judged by its own time, not by when it was read.
    assert_eq!(world.tell(late).await, Outcome::Ack);
    assert_eq!(world.suspended(shop, account).await, None);
    world.pay(account, 98_700).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 2)));
    world.hold().await;
}
