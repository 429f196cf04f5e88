//! Registering payees, proving them, and sharing them between projects.

use crate::support::*;
use bus::Outcome;
use diesel_async::RunQueryDsl as _;
use domain::ErrorCode;
use domain::StatusName::{Pending, Settled};
use domain::event::Observation;
use domain::ids::{AccountId, ObservationId};
use intent_service::commands::grant_account::grant_account;
use intent_service::commands::start_proof::start_proof;
use intent_service::queries::accounts::{get_proof, list_accounts};
use intent_service::reply;
use proto::{Fault, intent as pb};

async fn proof(world: &World, account: AccountId) -> pb::Proof {
    let started = start_proof(&world.core, merchant(1), account)
        .await
        .unwrap();
    reply::proof(&started.proof, &started.account).unwrap()
}

async fn status(world: &World, account: AccountId) -> pb::AccountStatus {
    let rows = list_accounts(&world.core, merchant(1)).await.unwrap();
    let row = rows.iter().find(|row| row.id == account).unwrap();
    reply::account(row, merchant(1).merchant).unwrap().status()
}

#[tokio::test]
async fn an_account_is_not_live_before_its_proving_payment() {
    let world = World::new().await;
    let shop = merchant(1);
    let account = world
        .register(shop, "shop@okbank", DEDICATED)
        .await
        .unwrap();
    let answer = world.try_create(shop, &World::request("A", 49_900)).await;
    refused(answer, ErrorCode::NoAccount, None);

    let asked = proof(&world, account).await;
    let amount = paise(asked.payable.as_ref());
    assert!((100..=999).contains(&amount));
    assert!(asked.payment_uri.starts_with("upi://pay?pa=shop@okbank"));
    // Another amount proves nothing, nor does an older payment.
    world.pay(account, amount + 1).await;
    let early = Observation {
        interval: domain::Interval::second(world.now().await - minutes(5)),
        ..world.credit(account, amount).await
    };
    assert_eq!(world.tell(early).await, Outcome::Ack);
    assert_eq!(status(&world, account).await, pb::AccountStatus::Proving);
    world.pay(account, amount).await;
    assert_eq!(status(&world, account).await, pb::AccountStatus::Live);
    let id = asked.id.parse().unwrap();
    let (row, of) = get_proof(&world.core, shop, id).await.unwrap();
    let seen = reply::proof(&row, &of).unwrap();
    assert!(seen.proved_at.is_some());
    assert_eq!(seen.payment_uri, asked.payment_uri);
    world.create(shop, "A", 49_900).await;
    world.hold().await;
}

#[tokio::test]
async fn a_proof_that_ran_out_proves_nothing_and_a_live_account_may_prove_again() {
    let world = World::new().await;
    let account = world
        .register(merchant(1), "shop@okbank", DEDICATED)
        .await
        .unwrap();
    let asked = proof(&world, account).await;
    world.pass(minutes(31)).await;
    world.pay(account, paise(asked.payable.as_ref())).await;
    assert_eq!(status(&world, account).await, pb::AccountStatus::Proving);
    for _ in 0..2 {
        let asked = proof(&world, account).await;
        world.pay(account, paise(asked.payable.as_ref())).await;
        assert_eq!(status(&world, account).await, pb::AccountStatus::Live);
    }
    world.hold().await;
}

#[tokio::test]
async fn proofs_and_intents_never_share_an_amount() {
    let (world, shop, account) = World::shop().await;
    let mut amounts = std::collections::BTreeSet::new();
    for _ in 0..30 {
        let asked = proof(&world, account).await;
        assert!(amounts.insert(paise(asked.payable.as_ref())));
    }
    // Orders of ₹5.00 step aside.
    for n in 0..3 {
        let intent = world.create(shop, &format!("A{n}"), 500).await;
        assert!(amounts.insert(payable(&intent)));
    }
    world.hold().await;
}

#[tokio::test]
async fn a_taken_payee_is_refused_without_saying_whose_it_is() {
    let world = World::new().await;
    world
        .register(merchant(1), "shop@okbank", DEDICATED)
        .await
        .unwrap();
    let mut answers = Vec::new();
    for scope in [merchant(1), merchant(2)] {
        let answer = world.register(scope, "Shop@OKbank", DEDICATED).await;
        answers.push(Fault::from(answer.unwrap_err()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].code, ErrorCode::Conflict);
    assert_eq!(answers[0].field.as_deref(), Some("vpa"));
    // Nothing of the refused account stayed.
    assert_eq!(world.sql("SELECT FROM intents.accounts").await, 1);
    // The other mode is another world.
    let test = db::Scope {
        mode: domain::Mode::Test,
        ..merchant(2)
    };
    assert!(world.register(test, "shop@okbank", DEDICATED).await.is_ok());
}

#[tokio::test]
async fn only_the_owner_grants_and_proves() {
    let (world, shop, account) = World::shop().await;
    let (core, other) = (&world.core, merchant(2));
    let fault = |e| Fault::from(e).code;
    let grant = grant_account(core, other, account, merchant(3).merchant).await;
    assert_eq!(fault(grant.unwrap_err()), ErrorCode::NotFound);
    grant_account(core, shop, account, other.merchant)
        .await
        .unwrap();
    grant_account(core, shop, account, other.merchant)
        .await
        .unwrap();
    let grant = grant_account(core, other, account, merchant(3).merchant).await;
    assert_eq!(fault(grant.unwrap_err()), ErrorCode::Forbidden);
    let proof = start_proof(core, other, account).await;
    assert_eq!(fault(proof.unwrap_err()), ErrorCode::Forbidden);
    let rows = list_accounts(core, other).await.unwrap();
    let shared = reply::account(&rows[0], other.merchant).unwrap();
    assert!(!shared.owned);
}

#[tokio::test]
async fn one_payment_never_settles_in_two_projects() {
    let (world, shop, account) = World::shop().await;
    let other = merchant(2);
    grant_account(&world.core, shop, account, other.merchant)
        .await
        .unwrap();
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(other, "B", 49_900).await;
    assert_ne!(
        payable(&a),
        payable(&b),
        "holds of both stand in each other's way"
    );
    // Both projects bound their own mailbox to the account, and both tell of the payment.
    let told = world.noted(account, payable(&b), code(&b)).await;
    let again = Observation {
        observation_id: ObservationId::new(),
        source_id: mailbox(2),
        merchant_id: other.merchant,
        ..told.clone()
    };
    assert_eq!(world.tell(told).await, Outcome::Ack);
    assert_eq!(world.tell(again).await, Outcome::Ack);
    assert_eq!(world.status(shop, "A").await, Pending);
    assert_eq!(world.status(other, "B").await, Settled);
    let settled = world.explain(other, "B").await;
    assert_eq!(settled.intent.unwrap().references.len(), 1);
    assert_eq!(settled.evidence[0].sightings, 1);
    world.hold().await;
}

#[tokio::test]
async fn one_project_learns_nothing_of_anothers_intents() {
    let (world, shop, account) = World::shop().await;
    let other = merchant(2);
    grant_account(&world.core, shop, account, other.merchant)
        .await
        .unwrap();
    let a = world.create(shop, "A", 49_900).await;
    let b = world.create(other, "B", 20_000).await;
    let note = format!("{} {}", code(&a), code(&b));
    world.pay_noted(account, 100, &note).await;
    for (scope, order, own) in [(shop, "A", &a), (other, "B", &b)] {
        let evidence = world.explain(scope, order).await.evidence;
        assert_eq!(evidence[0].findings[0].candidates.join(" "), own.id);
    }
    let part = world.cancel_part(other, account, &b).await;
    assert_eq!(part.status(), pb::IntentStatus::Review);
    world.hold().await;
}

/// A payee is registered with the admin key, which every service asks for, and proved by its own money. It cannot be swapped
/// afterwards, by no role of the service.
#[tokio::test]
async fn changing_a_receiving_account_needs_reauth_and_proof() {
    let (world, shop, account) = World::shop().await;
    let swap = format!("UPDATE intents.accounts SET vpa = 'thief@okbank' WHERE id = '{account}'");
    let as_request = world
        .core
        .databases
        .request
        .tenant(shop, async |tx| {
            diesel::sql_query(&swap).execute(tx).await.map(drop)
        })
        .await;
    let mut worker = world.core.databases.worker.get().await.unwrap();
    let as_worker = diesel::sql_query(&swap)
        .execute(&mut worker)
        .await
        .map(drop);
    for swapped in [as_request, as_worker] {
        let why = swapped.unwrap_err().to_string();
        assert!(why.contains("permission denied"), "{why}");
    }
    // What is registered instead takes no intent before its proof.
    world.register(shop, "new@okbank", DEDICATED).await.unwrap();
    let mut request = World::request("A", 49_900);
    request.vpa = Some(rails::vpa::Vpa::parse("new@okbank").unwrap());
    refused(
        world.try_create(shop, &request).await,
        ErrorCode::NoAccount,
        None,
    );
}
