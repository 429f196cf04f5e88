//! Cancelling.

use crate::support::*;
use bus::Outcome;
use diesel_async::SimpleAsyncConnection;
use domain::StatusName::{Cancelled, Review, Settled};
use domain::event::{Event, Observation};
use domain::ids::AccountId;
use domain::{ErrorCode, Interval};
use intent_service::consume;
use proto::intent as pb;

#[tokio::test]
async fn cancelling_twice_answers_twice_and_says_it_once() {
    let (world, shop, _) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let first = world.cancel(shop, &intent).await.unwrap();
    assert_eq!(first.status(), pb::IntentStatus::Cancelled);
    assert!(first.cancelled_at.is_some());
    let second = world.cancel(shop, &intent).await.unwrap();
    assert_eq!((second.sequence, second.status()), (2, first.status()));
    // Time does not change it.
    world.pass(minutes(600)).await;
    assert_eq!(world.status(shop, "A").await, Cancelled);
    world.hold().await;
}

#[tokio::test]
async fn what_is_final_cannot_be_cancelled() {
    let (world, shop, account) = World::shop().await;
    let settled = world.create(shop, "A", 49_900).await;
    let expired = world.create(shop, "B", 49_900).await;
    let late = world.create(shop, "C", 49_900).await;
    world.pay(account, payable(&settled)).await;
    world.pass(minutes(60)).await;
    world.watermark(mailbox(1)).await;
    world.work_off().await;
    // Its whole money is here, after the late window: that is for a person to decide.
    world.pass(minutes(240)).await;
    world.pay_noted(account, payable(&late), code(&late)).await;
    for intent in [&settled, &expired, &late] {
        refused(
            world.cancel(shop, intent).await,
            ErrorCode::WrongState,
            None,
        );
    }
    world.hold().await;
}

#[tokio::test]
async fn cancelling_with_part_of_the_money_here_asks_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    world.pay_noted(account, 20_000, code(&intent)).await;
    let asked = world.cancel(shop, &intent).await.unwrap();
    assert_eq!(asked.status(), pb::IntentStatus::Review);
    assert_eq!(asked.review_reason, "late_after_cancel");
    let again = world.cancel(shop, &intent).await.unwrap();
    assert_eq!(again.sequence, asked.sequence);
    world.hold().await;
}

#[tokio::test]
async fn a_stranger_cancels_nothing() {
    let (world, shop, _) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let answer = world.cancel(merchant(2), &intent).await;
    refused(answer, ErrorCode::NotFound, None);
    let test = db::Scope {
        mode: domain::Mode::Test,
        ..shop
    };
    refused(world.cancel(test, &intent).await, ErrorCode::NotFound, None);
    world.hold().await;
}

/// Money whose own time lies after any cancel of this moment, however slow the machine is.
async fn paid_later(world: &World, account: AccountId, intent: &pb::Intent) -> Observation {
    let told = world.noted(account, payable(intent), code(intent)).await;
    Observation {
        interval: Interval::second(told.seen_at + minutes(5)),
        ..told
    }
}

/// Whoever locks the row first wins; the other one sees what happened. Either way there is one second event, or the money
/// is asked about.
#[tokio::test]
async fn a_cancel_and_a_payment_of_one_moment_have_one_winner() {
    let (world, shop, account) = World::shop().await;
    for n in 0..12 {
        let order = format!("A{n}");
        let intent = world.create(shop, &order, 49_900).await;
        let mut told = paid_later(&world, account, &intent).await;
        told.source_seq = world.next_seq(mailbox(1));
        let alert = world
            .envelope(Event::ObservationRecorded(Box::new(told)))
            .await;
        let (paid, cancelled) = tokio::join!(consume::handle(&world.core, &alert), async {
            if n % 2 == 1 {
                tokio::task::yield_now().await;
            }
            world.cancel(shop, &intent).await
        });
        assert_eq!(paid.unwrap(), Outcome::Ack);
        let after = world.get(shop, &order).await;
        match cancelled {
            // It was settled already.
            Err(fault) => {
                assert_eq!(fault.code, ErrorCode::WrongState);
                assert_eq!(world.status(shop, &order).await, Settled);
                assert_eq!(after.sequence, 2);
            }
            // It was cancelled first; its money ends after that moment.
            Ok(_) => {
                assert_eq!(world.status(shop, &order).await, Review);
                assert_eq!(after.sequence, 3);
            }
        }
    }
    world.hold().await;
}

/// A connection that holds an intent's row, so that others queue up behind it in a known order.
async fn holder(world: &World, intent: &pb::Intent) -> db::Connection {
    let mut conn = world.db.admin().await;
    let id = &intent.id;
    let lock = format!("BEGIN; SELECT FROM intents.intents WHERE id = '{id}' FOR UPDATE");
    conn.batch_execute(&lock).await.unwrap();
    conn
}

/// Waits until so many wait for a lock.
async fn queue(world: &World, count: usize) {
    let waiting = "SELECT FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    testkit::wait::until(testkit::wait::PATIENCE, async || {
        match world.sql(waiting).await {
            waiting if waiting == count => Ok(()),
            waiting => Err(waiting),
        }
    })
    .await;
}

#[tokio::test]
async fn a_cancel_that_waited_for_a_settlement_is_refused() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = world.credit(account, payable(&intent)).await;
    let mut row = holder(&world, &intent).await;
    let (paid, cancelled, ()) = tokio::join!(
        world.tell(told),
        async {
            queue(&world, 1).await;
            world.cancel(shop, &intent).await
        },
        async {
            queue(&world, 2).await;
            row.batch_execute("COMMIT").await.unwrap();
        }
    );
    assert_eq!(paid, Outcome::Ack);
    refused(cancelled, ErrorCode::WrongState, None);
    let after = world.get(shop, "A").await;
    assert_eq!(after.status(), pb::IntentStatus::Settled);
    assert_eq!(after.sequence, 2);
    world.hold().await;
}

#[tokio::test]
async fn a_settlement_that_waited_for_a_cancel_asks_a_person() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let told = paid_later(&world, account, &intent).await;
    let mut row = holder(&world, &intent).await;
    let (cancelled, paid, ()) = tokio::join!(
        world.cancel(shop, &intent),
        async {
            queue(&world, 1).await;
            world.tell(told).await
        },
        async {
            queue(&world, 2).await;
            row.batch_execute("COMMIT").await.unwrap();
        }
    );
    assert_eq!(paid, Outcome::Ack);
    assert_eq!(cancelled.unwrap().status(), pb::IntentStatus::Cancelled);
    let after = world.get(shop, "A").await;
    assert_eq!(after.status(), pb::IntentStatus::Review);
    assert_eq!(after.review_reason, "late_after_cancel");
    assert_eq!(after.sequence, 3);
    world.hold().await;
}
