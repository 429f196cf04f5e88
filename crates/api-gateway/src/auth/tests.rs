use super::{Caller, Family, Presented};
use crate::merchants::{Actor, ensure_demo};
use crate::refusal::Refusal;
use crate::tests::Gateway;
use domain::Mode;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use testkit::wait;

fn shown(key_id: &str, secret: &str) -> Presented {
    Presented {
        family: Family::ClientId,
        key_id: key_id.to_owned(),
        secret: secret.into(),
    }
}

fn owner() -> IpAddr {
    "198.51.100.1".parse().unwrap()
}

fn stranger() -> IpAddr {
    "203.0.113.1".parse().unwrap()
}

/// How many hashes checking took: those of making secrets do not count.
async fn admit(gateway: &Gateway, key: &str, secret: &str) -> (Result<Caller, Refusal>, u64) {
    let before = gateway.app.auth.hasher().begun();
    let answer = gateway.app.auth.admit(&shown(key, secret), owner()).await;
    (answer, gateway.app.auth.hasher().begun() - before)
}

#[actix_web::test]
async fn a_wrong_secret_never_reaches_argon2() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    for wrong in ["", "x", &secret[1..], &format!("{secret}x"), "sk_test_demo"] {
        let (answer, hashes) = admit(&gateway, &key, wrong).await;
        assert!(matches!(answer, Err(Refusal::WrongSecret)), "{answer:?}");
        assert_eq!(hashes, 0);
    }
    let (answer, hashes) = admit(&gateway, &key, &secret).await;
    assert_eq!(answer.unwrap().mode, Mode::Test);
    assert_eq!(hashes, 1);
}

#[actix_web::test]
async fn many_calls_at_once_take_one_hash() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let before = gateway.app.auth.hasher().begun();
    let credential = shown(&key, &secret);
    let calls = (0..100).map(|_| gateway.app.auth.admit(&credential, owner()));
    let answers = join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(gateway.app.auth.hasher().begun() - before, 1);
}

#[actix_web::test]
async fn wrong_secrets_never_spend_the_owners_quota() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let mut kept_out = 0;
    for n in 0..300 {
        let wrong = shown(&key, &format!("sk_test_{n}"));
        match gateway.app.auth.admit(&wrong, stranger()).await {
            Err(Refusal::WrongSecret) => {}
            Err(Refusal::TooManyTries { retry_after }) => {
                assert!(retry_after <= Duration::from_secs(60));
                kept_out += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kept_out, 270, "thirty tries a minute at one key");
    // The owner has all of his: 100, and a fifth more in a burst.
    let credential = shown(&key, &secret);
    let answers = join_all((0..121).map(|_| gateway.app.auth.admit(&credential, owner()))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 120);
    let over = answers.last().unwrap();
    assert!(
        matches!(over, Err(Refusal::QuotaExceeded { rpm: 100, .. })),
        "{over:?}"
    );
}

#[actix_web::test]
async fn an_address_that_guesses_is_kept_out_whatever_it_guesses() {
    let gateway = Gateway::new().await;
    let mut kept_out = 0;
    for _ in 0..150 {
        let guess = shown(&uuid::Uuid::new_v4().to_string(), "sk_test_x");
        match gateway.app.auth.admit(&guess, stranger()).await {
            Err(Refusal::UnknownKey) => {}
            Err(Refusal::TooManyTries { .. }) => kept_out += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kept_out, 30);
}

#[actix_web::test]
async fn a_revoked_key_stops_within_a_second() {
    let gateway = Gateway::new().await;
    gateway.listen().await;
    let (_, key, secret) = gateway.merchant().await;
    assert!(admit(&gateway, &key, &secret).await.0.is_ok());
    let path = format!("/api/v1/admin/keys/{key}");
    assert_eq!(
        gateway.admin("DELETE", &path, Value::Null).await.status,
        204
    );
    wait::until(Duration::from_secs(1), async || {
        match admit(&gateway, &key, &secret).await.0 {
            Err(Refusal::UnknownKey) => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[actix_web::test]
async fn a_disabled_merchant_is_refused_within_a_second() {
    let gateway = Gateway::new().await;
    gateway.listen().await;
    let (id, key, secret) = gateway.merchant().await;
    assert!(admit(&gateway, &key, &secret).await.0.is_ok());
    let path = format!("/api/v1/admin/merchants/{id}/disable");
    assert_eq!(gateway.admin("POST", &path, Value::Null).await.status, 200);
    wait::until(Duration::from_secs(1), async || {
        match admit(&gateway, &key, &secret).await.0 {
            Err(Refusal::Disabled) => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[actix_web::test]
async fn a_rotated_secret_goes_on_for_its_overlap() {
    let gateway = Gateway::new().await;
    gateway.listen().await;
    let (_, key, first) = gateway.merchant().await;
    let rotate = async |overlap: u32| {
        let path = format!("/api/v1/admin/keys/{key}/rotate");
        let answer = gateway
            .admin("POST", &path, json!({ "overlap_s": overlap }))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["secret"].as_str().unwrap().to_owned()
    };
    let good = async |secret: &str| {
        gateway.app.auth.verified().forget_all();
        admit(&gateway, &key, secret).await.0.is_ok()
    };
    let second = rotate(3600).await;
    assert!(good(&first).await && good(&second).await);
    // Never more than two.
    let third = rotate(3600).await;
    assert!(!good(&first).await && good(&second).await && good(&third).await);
    gateway
        .db
        .advance_clock(jiff::SignedDuration::from_secs(3601))
        .await;
    db::clock::refresh_once(&gateway.app.clock, &gateway.app.databases.worker)
        .await
        .unwrap();
    assert!(!good(&second).await && good(&third).await);
    let fourth = rotate(0).await;
    assert!(!good(&third).await && good(&fourth).await);
}

#[actix_web::test]
async fn production_refuses_demo_credentials_though_their_rows_are_there() {
    let gateway = Gateway::production().await;
    let actor = Actor {
        name: "test".into(),
        request_id: "r-1".to_owned(),
        idempotency_key: None,
    };
    ensure_demo(&gateway.app.issuer, &actor).await.unwrap();
    for (family, key_id, secret) in [
        (
            Family::ClientId,
            "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
            "sk_test_demo",
        ),
        (Family::ApiKey, "key_test_abc123", "secret_test_xyz789"),
    ] {
        let shown = Presented {
            family,
            key_id: key_id.to_owned(),
            secret: secret.into(),
        };
        let answer = gateway.app.auth.admit(&shown, owner()).await;
        assert!(matches!(answer, Err(Refusal::UnknownKey)), "{answer:?}");
    }
}

#[actix_web::test]
async fn demo_credentials_work_in_development_and_have_no_limit() {
    let gateway = Gateway::new().await;
    let demo = gateway
        .admin("POST", "/api/v1/admin/demo", Value::Null)
        .await;
    assert_eq!(demo.status, 200, "{}", demo.body);
    let again = gateway
        .admin("POST", "/api/v1/admin/demo", Value::Null)
        .await;
    assert_eq!(again.body, demo.body);
    for (family, key_id, secret) in [
        (
            Family::ClientId,
            "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
            "sk_test_demo",
        ),
        (Family::ApiKey, "key_test_abc123", "secret_test_xyz789"),
    ] {
        let shown = Presented {
            family,
            key_id: key_id.to_owned(),
            secret: secret.into(),
        };
        let calls = (0..500).map(|_| gateway.app.auth.admit(&shown, owner()));
        let answers = join_all(calls).await;
        assert!(answers.iter().all(Result::is_ok));
        let caller = answers[0].as_ref().unwrap();
        assert_eq!(
            caller.merchant.to_string(),
            "550e8400-e29b-41d4-a716-446655440000"
        );
        assert_eq!((caller.mode, caller.family), (Mode::Test, family));
    }
}

#[actix_web::test]
async fn a_merchants_own_limit_goes_before_the_setting() {
    let gateway = Gateway::new().await;
    let (id, key, secret) = gateway.merchant().await;
    let path = format!("/api/v1/admin/merchants/{id}");
    gateway
        .admin("PATCH", &path, json!({ "rate_limit_rpm": 5 }))
        .await;
    let credential = shown(&key, &secret);
    let answers = join_all((0..20).map(|_| gateway.app.auth.admit(&credential, owner()))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 6);
}
