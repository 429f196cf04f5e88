//! Many ask at once.

use crate::support::*;
use db::Scope;
use domain::ErrorCode;
use intent_service::commands::create_intent::{CreateIntent, IdempotencyKey};
use proto::{Fault, intent as pb};
use std::collections::BTreeSet;

/// Asks again where the pool had no connection in time, as callers are told to: the machine may be busy.
async fn patiently(
    world: &World,
    scope: Scope,
    request: &CreateIntent,
) -> Result<pb::CreateIntentResponse, Fault> {
    testkit::wait::until(testkit::wait::PATIENCE, async || {
        match world.try_create(scope, request).await {
            Err(fault) if fault.code == ErrorCode::Unavailable => Err(fault),
            answer => Ok(answer),
        }
    })
    .await
}

#[tokio::test]
async fn fifty_orders_of_one_price_at_once_get_fifty_amounts() {
    let (world, shop, _) = World::shop().await;
    let orders: Vec<_> = (0..50)
        .map(|n| World::request(&format!("A{n}"), 49_900))
        .collect();
    let replies = futures(orders.iter().map(|r| patiently(&world, shop, r))).await;
    let amounts: BTreeSet<i64> = replies
        .into_iter()
        .map(|reply| payable(&reply.unwrap().intent.unwrap()))
        .collect();
    assert_eq!(amounts.len(), 50);
    assert!(amounts.iter().all(|a| (49_900 - a).abs() <= 25));
    world.hold().await;
}

#[tokio::test]
async fn one_order_asked_many_times_at_once_is_one_intent() {
    let (world, shop, _) = World::shop().await;
    let request = World::request("A", 49_900);
    let replies = futures((0..8).map(|_| patiently(&world, shop, &request))).await;
    let replies: Vec<_> = replies.into_iter().map(Result::unwrap).collect();
    let ids: BTreeSet<_> = replies
        .iter()
        .map(|r| r.intent.as_ref().unwrap().id.clone())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(replies.iter().filter(|r| !r.replayed).count(), 1);
    assert_eq!(world.sql("SELECT FROM intents.reservations").await, 1);
    world.hold().await;
}

#[tokio::test]
async fn one_key_used_many_times_at_once_is_one_intent() {
    let (world, shop, _) = World::shop().await;
    let request = CreateIntent {
        idempotency: Some(IdempotencyKey {
            route: "create-payment".to_owned(),
            key: "k".to_owned(),
        }),
        ..World::request("A", 49_900)
    };
    let replies = futures((0..8).map(|_| patiently(&world, shop, &request))).await;
    let fresh = replies.iter().filter(|r| !r.as_ref().unwrap().replayed);
    assert_eq!(fresh.count(), 1);
    world.hold().await;
}

#[tokio::test]
async fn of_many_who_want_the_last_amount_one_gets_it() {
    let (world, shop, _) = World::shop().await;
    let orders: Vec<_> = (0..8)
        .map(|n| World::request(&format!("A{n}"), 100))
        .collect();
    let replies = futures(orders.iter().map(|r| patiently(&world, shop, r))).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        refused(answer, ErrorCode::AmountSpaceExhausted, None);
    }
    assert_eq!(world.sql("SELECT FROM intents.intents").await, 1);
    world.hold().await;
}
