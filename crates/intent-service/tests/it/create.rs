//! Asking for money.

use crate::support::*;
use db::idempotency::CredentialClass;
use domain::ErrorCode;
use domain::{Mode, Money};
use intent_service::commands::create_intent::{CreateIntent, IdempotencyKey};
use intent_service::queries::checkout::get_checkout;
use intent_service::queries::intents::{Key, ListIntents, get_intent, list_intents};
use intent_service::{housekeeping, reply};
use proto::{Fault, intent as pb};
use rails::vpa::Vpa;

/// What a refused call may have left behind.
async fn rows(world: &World) -> usize {
    let mut rows = 0;
    for table in [
        "intents",
        "options",
        "reservations",
        "transitions",
        "outbox",
        "idempotency",
    ] {
        rows += world.sql(&format!("SELECT FROM intents.{table}")).await;
    }
    rows
}

fn keyed(order: &str, key: &str) -> CreateIntent {
    CreateIntent {
        idempotency: Some(IdempotencyKey {
            route: "create-payment".to_owned(),
            key: key.to_owned(),
        }),
        ..World::request(order, 49_900)
    }
}

#[tokio::test]
async fn an_intent_says_all_that_its_payer_needs() {
    let (world, shop, _) = World::shop().await;
    world.create(shop, "A", 49_900).await;
    let request = CreateIntent {
        metadata: Some(db::types::JsonText::new(r#"{"z":1.0,"a":"é"}"#)),
        redirect_url: Some("https://shop.example/done".to_owned()),
        ..World::request("B", 49_900)
    };
    let intent = world.try_create(shop, &request).await.unwrap();
    let intent = intent.intent.unwrap();
    assert_eq!(intent.metadata_json, r#"{"z":1.0,"a":"é"}"#);
    assert_eq!(paise(intent.amount.as_ref()), 49_900);
    assert_eq!(payable(&intent), 49_899);
    assert_eq!(paise(intent.adjustment.as_ref()), -1);
    let option = &intent.options[0];
    assert!(option.reserved);
    assert!(option.payment_uri.contains("am=498.99&cu=INR"));
    assert!(option.payment_uri.ends_with(&format!("tn={}", option.code)));
    let shown = get_checkout(&world.core, intent.id.parse().unwrap()).await;
    let shown = reply::checkout(&shown.unwrap()).unwrap();
    assert_eq!(shown.options, intent.options);
    assert_eq!(shown.merchant_id, shop.merchant.to_string());
    // The hold is [created, expires + 10 min of grace), in whatever state.
    let held = "SELECT FROM intents.reservations r JOIN intents.intents i ON i.id = r.intent_id \
        WHERE lower(hold) = created_at AND upper(hold) = expires_at + interval '10 min'";
    assert_eq!(world.sql(held).await, 2);
    world.hold().await;
}

#[tokio::test]
async fn an_exhausted_amount_is_refused_with_a_time_to_wait_and_nothing_is_written() {
    let (world, shop, _) = World::shop().await;
    world.create(shop, "A", 199).await; // no offset fits
    let before = rows(&world).await;
    let answer = world.try_create(shop, &keyed_at("B", 199)).await;
    let wait = answer.as_ref().unwrap_err().retry_after.unwrap();
    assert!((1_300..=1_500).contains(&wait.as_secs()), "{wait:?}");
    refused(answer, ErrorCode::AmountSpaceExhausted, None);
    assert_eq!(rows(&world).await, before);
    // When the hold is over it can be had again.
    world.pass(minutes(26)).await;
    assert_eq!(payable(&world.create(shop, "B", 199).await), 199);
    world.hold().await;
}

fn keyed_at(order: &str, paise: i64) -> CreateIntent {
    CreateIntent {
        amount: Money::inr(paise),
        ..keyed(order, "k")
    }
}

#[tokio::test]
async fn a_full_account_passes_on_to_the_next_then_to_one_that_needs_no_amount() {
    let (world, shop, first) = World::shop().await;
    let kind = Kind {
        reference_only: true,
        ..DEDICATED
    };
    let second = world.account(shop, "second@okbank", kind).await;
    let a = world.create(shop, "A", 100).await;
    let b = world.create(shop, "B", 100).await;
    let c = world.create(shop, "C", 100).await;
    let vpa = |i: &pb::Intent| i.options[0].vpa.clone();
    assert_eq!(
        (vpa(&a), vpa(&b)),
        ("shop@okbank".into(), "second@okbank".into())
    );
    assert!(!c.options[0].reserved && vpa(&c) == "second@okbank");
    // Both ask for it: the amount alone names neither, the code names one.
    world.pay(second, 100).await;
    let (pending, settled) = (pb::IntentStatus::Pending, pb::IntentStatus::Settled);
    assert_eq!(world.get(shop, "B").await.status(), pending);
    world.pay_noted(second, 100, code(&c)).await;
    assert_eq!(world.get(shop, "C").await.status(), settled);
    world.pay_noted(second, 100, code(&b)).await;
    assert_eq!(world.get(shop, "B").await.status(), settled);
    assert_ne!(first, second);
    world.hold().await;
}

#[tokio::test]
async fn the_longest_unused_amount_is_asked_first() {
    let (world, shop, _) = World::shop().await;
    // ₹4.00 has five amounts.
    let mut asked = Vec::new();
    for n in 0..5 {
        asked.push(payable(&world.create(shop, &format!("A{n}"), 400).await));
        world.pass(minutes(1)).await;
    }
    assert_eq!(asked, [400, 399, 401, 398, 402]);
    world.pass(minutes(30)).await;
    let mut again = Vec::new();
    for n in 0..5 {
        again.push(payable(&world.create(shop, &format!("B{n}"), 400).await));
    }
    assert_eq!(again, asked);
    world.hold().await;
}

#[tokio::test]
async fn the_public_holds_two_fifths_at_most() {
    let (world, shop, _) = World::shop().await;
    let public = |order: &str, paise| CreateIntent {
        class: CredentialClass::Public,
        ..World::request(order, paise)
    };
    for n in 0..2 {
        let reply = world.try_create(shop, &public(&format!("P{n}"), 400)).await;
        assert!(reply.is_ok(), "{n}");
    }
    let full = world.try_create(shop, &public("P2", 400)).await;
    refused(full, ErrorCode::AmountSpaceExhausted, None);
    for n in 0..3 {
        world.create(shop, &format!("S{n}"), 400).await;
    }
    // Where there is one amount only, it is not theirs.
    let only = world.try_create(shop, &public("P3", 100)).await;
    refused(only, ErrorCode::AmountSpaceExhausted, None);
    world.hold().await;
}

#[tokio::test]
async fn an_order_id_answers_the_same_request_and_refuses_another() {
    let (world, shop, _) = World::shop().await;
    let first = world.create(shop, "A", 49_900).await;
    let before = rows(&world).await;
    let again = world
        .try_create(shop, &World::request("A", 49_900))
        .await
        .unwrap();
    assert!(again.replayed);
    assert_eq!(again.intent, Some(first));
    let other = CreateIntent {
        fingerprint: [2; 32],
        ..World::request("A", 50_000)
    };
    let answer = world.try_create(shop, &other).await;
    refused(answer, ErrorCode::Conflict, Some("order_id"));
    assert_eq!(rows(&world).await, before);
    // Another merchant's order of that name is another order.
    world.account(merchant(2), "two@okbank", DEDICATED).await;
    let foreign = world.try_create(merchant(2), &other).await.unwrap();
    assert!(!foreign.replayed);
    world.hold().await;
}

#[tokio::test]
async fn an_idempotency_key_answers_as_it_did_and_refuses_another_request() {
    let (world, shop, account) = World::shop().await;
    let first = world.try_create(shop, &keyed("A", "key-1")).await.unwrap();
    let intent = first.intent.clone().unwrap();
    world.pay(account, payable(&intent)).await;
    // As it was answered, not as it stands now.
    let again = world.try_create(shop, &keyed("A", "key-1")).await.unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.intent, first.intent);
    let other = CreateIntent {
        fingerprint: [2; 32],
        ..keyed("B", "key-1")
    };
    let answer = world.try_create(shop, &other).await;
    refused(answer, ErrorCode::Conflict, Some("idempotency_key"));
    // A browser's key is another key, and so is another route's.
    let browser = CreateIntent {
        class: CredentialClass::Public,
        ..other
    };
    assert!(world.try_create(shop, &browser).await.is_ok());
    // The order id under a new key: from now on that key answers too.
    let renamed = world.try_create(shop, &keyed("A", "key-2")).await.unwrap();
    assert!(renamed.replayed);
    let keys = world.sql("SELECT FROM intents.idempotency").await;
    assert_eq!(keys, 3);
    world.db.advance_clock(minutes(49 * 60)).await;
    assert_eq!(housekeeping::run_once(&world.core).await.unwrap(), 3);
    world.hold().await;
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_refused_by_name() {
    let (world, shop, _) = World::shop().await;
    let at = |vpa| CreateIntent {
        vpa: Some(Vpa::parse(vpa).unwrap()),
        ..World::request("A", 49_900)
    };
    let answer = world.try_create(shop, &at("thief@okbank")).await;
    refused(answer, ErrorCode::Invalid, Some("upi_vpa"));
    let proving = world.register(shop, "new@okbank", DEDICATED).await;
    assert!(proving.is_ok());
    let answer = world.try_create(shop, &at("new@okbank")).await;
    refused(answer, ErrorCode::NoAccount, None);
    let answer = world
        .try_create(merchant(2), &World::request("A", 100))
        .await;
    refused(answer, ErrorCode::NoAccount, None);
    // A test account takes no live intent, nor the other way round.
    let test = db::Scope {
        mode: Mode::Test,
        ..shop
    };
    let answer = world.try_create(test, &World::request("A", 100)).await;
    refused(answer, ErrorCode::NoAccount, None);
    assert_eq!(rows(&world).await, 0);
    let found = world.try_create(shop, &at("SHOP@okbank")).await.unwrap();
    assert_eq!(found.intent.unwrap().options[0].vpa, "shop@okbank");
}

#[tokio::test]
async fn merchants_and_modes_do_not_see_each_other() {
    let (world, shop, _) = World::shop().await;
    let intent = world.create(shop, "A", 49_900).await;
    let test = db::Scope {
        mode: Mode::Test,
        ..shop
    };
    for scope in [merchant(2), test] {
        for key in [
            Key::Id(intent.id.parse().unwrap()),
            Key::Order(domain::OrderId::parse("A").unwrap()),
        ] {
            let answer = get_intent(&world.core, scope, &key).await;
            refused(
                answer.map(drop).map_err(Fault::from),
                ErrorCode::NotFound,
                None,
            );
        }
        let all = ListIntents {
            limit: 50,
            status: None,
            before: None,
        };
        assert!(
            list_intents(&world.core, scope, &all)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_by_state() {
    let (world, shop, account) = World::shop().await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(world.create(shop, &format!("A{n}"), 49_900).await);
    }
    world.pay(account, payable(&all[2])).await;
    let page = async |status, before: Option<&pb::Intent>| {
        let request = ListIntents {
            limit: 2,
            status,
            before: before.map(|i| i.id.parse().unwrap()),
        };
        let views = list_intents(&world.core, shop, &request).await.unwrap();
        let orders = views.iter().map(|v| reply::intent(v).unwrap().order_id);
        orders.collect::<Vec<_>>()
    };
    assert_eq!(page(None, None).await, ["A4", "A3"]);
    assert_eq!(page(None, Some(&all[3])).await, ["A2", "A1"]);
    assert_eq!(page(None, Some(&all[1])).await, ["A0"]);
    let settled = Some(domain::StatusName::Settled);
    assert_eq!(page(settled, None).await, ["A2"]);
}
