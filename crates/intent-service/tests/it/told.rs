//! What became of evidence, asked for by whoever told it.

use crate::support::*;
use intent_service::queries::told::{Told, find_by_observations};
use uuid::Uuid;

async fn find(world: &World, n: u128, ids: &[Uuid]) -> Vec<Told> {
    find_by_observations(&world.core, merchant(n), ids)
        .await
        .unwrap()
}

#[tokio::test]
async fn money_is_found_by_the_observation_that_told_it() {
    let (world, shop, account) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let paid = world.noted(account, payable(&intent), code(&intent)).await;
    let mut again = paid.clone();
    again.observation_id = domain::ids::ObservationId::new();
    let stray = world.credit(account, 12_345).await;
    for told in [&paid, &again, &stray] {
        world.tell(told.clone()).await;
    }
    let [paid, again, stray] = [&paid, &again, &stray].map(|o| o.observation_id.uuid());
    let found = find(&world, 1, &[stray, Uuid::now_v7(), again, paid]).await;
    let ids: Vec<Uuid> = found.iter().map(|told| told.observation_id).collect();
    assert_eq!(ids, [stray, again, paid]);
    assert_eq!(found[0].outcome, "suspense");
    assert_eq!(found[0].reason.as_deref(), Some("no_candidate"));
    assert!(found[0].intents.is_empty());
    for told in &found[1..] {
        assert_eq!(told.outcome, "allocated");
        assert_eq!(told.rung.as_deref(), Some("code"));
        assert_eq!(told.intents, [intent.id.parse::<Uuid>().unwrap()]);
    }
    // Another merchant knows none of it.
    assert_eq!(find(&world, 2, &[paid, again, stray]).await, []);
}
