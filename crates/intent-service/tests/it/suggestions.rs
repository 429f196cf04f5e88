//! Whose the waiting money may be.

use crate::support::*;
use crate::word::*;
use domain::event::Observation;
use domain::evidence::PaymentMode;
use intent_service::commands::decide::Asked;
use intent_service::queries::unmatched::State;
use proto::intent as pb;

async fn suggested(world: &World) -> Vec<pb::Suggestion> {
    let waiting = world.waiting(State::Open).await;
    let [one] = waiting.as_slice() else {
        panic!("{waiting:?}");
    };
    one.suggestions.clone()
}

fn told(suggestions: &[pb::Suggestion]) -> Vec<(&str, &str, Vec<&str>)> {
    suggestions
        .iter()
        .map(|s| {
            let rules = s.breaches.iter().map(|b| &*b.rule).collect();
            (&*s.order_id, &*s.why, rules)
        })
        .collect()
}

#[tokio::test]
async fn a_rounded_payment_is_accepted_in_one_click() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "A", 49_910).await;
    world.pay(account, 49_900).await;
    let found = suggested(&world).await;
    assert_eq!(told(&found), [("A", "near_amount", vec![])]);
    let seen = world.only_waiting().await;
    world
        .decided(shop, Asked::Match(seen, order("A")), key(&[]))
        .await;
    world.hold().await;
}

#[tokio::test]
async fn the_newest_five_are_suggested_and_no_settled_one() {
    let (world, shop, account) = World::shop().await;
    for n in 0..8 {
        world.create(shop, &format!("A{n}"), 49_900 + n).await;
        world.pass(minutes(1)).await;
    }
    let settled = world.get(shop, "A7").await;
    world
        .pay_noted(account, payable(&settled), code(&settled))
        .await;
    world.pay(account, 49_950).await;
    let found = suggested(&world).await;
    let orders: Vec<&str> = found.iter().map(|s| &*s.order_id).collect();
    assert_eq!(orders, ["A6", "A5", "A4", "A3", "A2"]);
    // Several are near, and none is exact: each is a choice, not a conflict.
    assert!(found.iter().all(|s| s.breaches.is_empty()));
}

#[tokio::test]
async fn an_intent_that_is_far_off_or_later_is_not_suggested_lightly() {
    let (world, shop, account) = World::shop().await;
    world.create(shop, "FAR", 60_000).await;
    let early = world.credit(account, 49_900).await;
    world.pass(minutes(1)).await;
    world.create(shop, "LATER", 49_900).await;
    world.tell(early).await;
    let found = suggested(&world).await;
    assert_eq!(told(&found), [("LATER", "amount", vec!["created_later"])]);
}

#[tokio::test]
async fn what_the_ladder_found_is_suggested_with_its_conflicts() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let cheque = Observation {
        mode: PaymentMode::Cheque,
        ..world.noted(account, 49_900, code(&intent)).await
    };
    world.tell(cheque).await;
    let found = suggested(&world).await;
    assert_eq!(told(&found), [("A", "code", vec!["mode_may_bounce"])]);
}

#[tokio::test]
async fn intents_of_other_projects_are_weighed_and_not_shown() {
    let (world, shop, account) = World::shop().await;
    let project = merchant(2);
    world.grant(account, project).await;
    let own = world.create(shop, "OWN", 49_900).await;
    let foreign = world.create(project, "FOREIGN", 49_900).await;
    // The foreign amount exactly.
    let cash = Observation {
        mode: PaymentMode::Cash,
        ..world.credit(account, payable(&foreign)).await
    };
    world.tell(cash).await;
    let found = suggested(&world).await;
    assert_eq!(
        told(&found),
        [(
            "OWN",
            "near_amount",
            vec!["another_fits", "mode_may_bounce"]
        )]
    );
    assert_eq!(found[0].intent_id, own.id);
}
