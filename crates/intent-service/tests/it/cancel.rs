//! Cancelling.

use crate::support::*;
use bus::Outcome;
use domain::ErrorCode;
use domain::StatusName::{Cancelled, Review, Settled};
use domain::event::Event;
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

/// Whoever locks the row first wins; the other one sees what happened. Either way there is one second event, or the money
/// is asked about.
#[tokio::test]
async fn a_cancel_and_a_payment_of_one_moment_have_one_winner() {
    let (world, shop, account) = World::shop().await;
    for n in 0..12 {
        let order = format!("A{n}");
        let intent = world.create(shop, &order, 49_900).await;
        let mut told = world.noted(account, payable(&intent), code(&intent)).await;
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
