//! Who lifts a suspension, what is judged after that, and which accounts and processes it concerns.

use crate::support::*;
use bus::Outcome;
use db::Scope;
use diesel_async::SimpleAsyncConnection;
use domain::StatusName::{Pending, Settled};
use domain::event::Observation;
use domain::evidence::Strength;
use domain::ids::ObservationId;
use domain::text::ShortText;
use domain::{ErrorCode, Mode};
use testkit::wait;

#[tokio::test]
async fn an_account_whose_suspension_is_lifted_is_judged_anew_from_that_moment() {
    let (world, shop, account) = World::shop().await;
    refused(
        world.restore(shop, account).await,
        ErrorCode::WrongState,
        None,
    );
    let early = world.credit(account, 65_400).await;
    world.two_walk_ins(account).await;
    let waits = world.create(shop, "A", 49_900).await;
    world.pay(account, payable(&waits)).await;
    world.pass(minutes(1)).await;

    let lifted = world.restore(shop, account).await.unwrap();
    assert!(lifted.dedicated && lifted.dedication_suspended.is_none());
    let again = world.restore(shop, account).await.unwrap();
    assert_eq!(again, lifted, "said again, it is the same");
    assert_eq!(world.changes(account).await, "suspended restored");
    assert_eq!(
        world.status(shop, "A").await,
        Pending,
        "it waits for a person"
    );
    assert!(world.settles_by_amount(account, "B").await);
    // Paid before, read afterwards: no new reason.
    assert_eq!(world.tell(early).await, Outcome::Ack);
    world.pay(account, 12_301).await;
    assert_eq!(world.suspended(shop, account).await, None);
    world.pay(account, 45_601).await;
    assert_eq!(world.suspended(shop, account).await, Some((2, 3)));
    assert_eq!(world.changes(account).await, "suspended restored suspended");
    world.hold().await;
}

#[tokio::test]
async fn money_that_came_while_it_was_suspended_settles_by_no_amount_afterwards() {
    let (world, shop, account) = World::shop().await;
    world.two_walk_ins(account).await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.credit(account, payable(&intent)).await;
    assert_eq!(world.tell(told.clone()).await, Outcome::Ack);
    world.restore(shop, account).await.unwrap();
    // Another mailbox tells it again, with a word more; a phone tells it without a reference.
    let again = |source, strength, reference: &str| Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(source),
        strength,
        reference: reference.to_owned(),
        note: Some(ShortText::clean("for my order")),
        payer_vpa: None,
        ..told.clone()
    };
    let strong = again(2, Strength::Strong, &told.reference);
    assert_eq!(world.tell(strong).await, Outcome::Ack);
    let digest = again(3, Strength::Provisional, "digest:1");
    assert_eq!(world.tell(digest).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(world.reasons().await[0], "dedication_suspended");
    // The code that a third one reads says whose it is.
    let named = Observation {
        note: Some(ShortText::clean(code(&intent))),
        ..again(4, Strength::Strong, &told.reference)
    };
    assert_eq!(world.tell(named).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Settled);
    world.hold().await;
}

#[tokio::test]
async fn only_the_owner_lifts_a_suspension_and_every_project_sees_it() {
    let (world, shop, account) = World::shop().await;
    let (project, stranger) = (merchant(2), merchant(3));
    world.grant(account, project).await;
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(project, account).await, Some((2, 2)));
    let by = async |scope| world.restore(scope, account).await;
    refused(by(project).await, ErrorCode::Forbidden, None);
    refused(by(stranger).await, ErrorCode::NotFound, None);
    let test = Scope {
        mode: Mode::Test,
        ..shop
    };
    refused(by(test).await, ErrorCode::NotFound, None);
    assert_eq!(world.suspended(shop, account).await, Some((2, 2)));
    by(shop).await.unwrap();
    assert_eq!(world.suspended(project, account).await, None);
}

#[tokio::test]
async fn money_of_test_mode_suspends_no_live_account() {
    let (world, shop, account) = World::shop().await;
    let test = Scope {
        mode: Mode::Test,
        ..shop
    };
    let of_test = world.account(test, "shop@okbank", DEDICATED).await;
    for amount in [12_300, 45_600] {
        let told = Observation {
            live: false,
            ..world.credit(of_test, amount).await
        };
        assert_eq!(world.tell(told).await, Outcome::Ack);
    }
    assert_eq!(world.suspended(test, of_test).await, Some((2, 2)));
    assert_eq!(world.suspended(shop, account).await, None);
    assert!(world.settles_by_amount(account, "A").await);
    world.hold().await;
}

#[tokio::test]
async fn an_account_that_also_receives_other_money_is_not_judged() {
    let world = World::new().await;
    let kind = Kind {
        dedicated: false,
        ..DEDICATED
    };
    let account = world.account(merchant(1), "shop@okbank", kind).await;
    world.two_walk_ins(account).await;
    assert_eq!(world.suspended(merchant(1), account).await, None);
    let answer = world.restore(merchant(1), account).await;
    refused(answer, ErrorCode::WrongState, None);
    world.hold().await;
}

/// Each transaction sees no stray payment but its own, until it waited for the other.
#[tokio::test]
async fn two_replicas_that_record_a_stray_payment_each_suspend_once() {
    let (world, shop, account) = World::shop().await;
    let mut admin = world.db.admin().await;
    admin
        .batch_execute(&format!(
            "BEGIN; SELECT FROM intents.accounts WHERE id = '{account}' FOR NO KEY UPDATE"
        ))
        .await
        .unwrap();
    let one = world.credit(account, 12_300).await;
    let other = world.credit(account, 45_600).await;
    let both_wait = async {
        let waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%'";
        wait::until(wait::PATIENCE, async || match world.sql(waiting).await {
            2 => Ok(()),
            n => Err(format!("{n} wait")),
        })
        .await;
        admin.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(
        world.tell_until_taken(one),
        world.tell_until_taken(other),
        both_wait
    );
    assert_eq!(world.suspended(shop, account).await, Some((2, 2)));
    assert_eq!(world.changes(account).await, "suspended");
    world.hold().await;
}
