//! Whatever comes in, the answer says which field is wrong and why, and nothing is written.
#![cfg(test)]

use e2e::answers::{MERCHANT, SCOPE, list, scoped};
use e2e::{Rest, Stack};
use reqwest::Method;
use serde_json::json;

const CREATE: &str = "/api/v1/intents/create-payment";

/// Body, expected status, and what the message must name.
const BAD: &[(&str, u16, &str)] = &[
    ("{", 422, "JSON"),
    ("", 422, "missing"),
    ("[]", 422, ""),
    (r#"{"amount":499}"#, 422, "order_id"),
    (r#"{"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":"a lot","order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":true,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":null,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":{"x":1},"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":NaN,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":1e400,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":-5,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":0,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":1.005,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":1000000.01,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":1,"amount":2,"order_id":"A"}"#, 422, "amount"),
    (r#"{"amount":5,"order_id":7}"#, 422, "order_id"),
    (r#"{"amount":5,"order_id":"a b"}"#, 422, "order_id"),
    (
        r#"{"amount":5,"order_id":"550e8400-e29b-41d4-a716-446655440000"}"#,
        422,
        "order_id",
    ),
    (
        r#"{"amount":5,"order_id":"A","metadata":[1]}"#,
        422,
        "metadata",
    ),
    (
        r#"{"amount":5,"order_id":"A","redirect_url":"javascript:alert(1)"}"#,
        422,
        "redirect_url",
    ),
    (
        r#"{"amount":5,"order_id":"A","upi_vpa":"no vpa"}"#,
        422,
        "upi_vpa",
    ),
    (
        r#"{"amount":5,"order_id":"A","upi_vpa":"stranger@examplebank"}"#,
        422,
        "upi_vpa",
    ),
    (
        r#"{"amount":5,"order_id":"A","currency":"EUR"}"#,
        400,
        "currencies",
    ),
];

async fn intents(stack: &Stack) -> usize {
    let answer = stack
        .admin
        .get(&format!("/api/v1/admin/intents?{SCOPE}"))
        .await
        .ok();
    list(answer).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_body_is_refused_by_name_and_writes_nothing() {
    let stack = Stack::boot().await;
    for (body, status, named) in BAD {
        let answer = stack.merchant.post_raw(CREATE, *body).await;
        assert_eq!(answer.status, *status, "{body}: {}", answer.text);
        assert!(
            answer.text.contains(named),
            "{body}: {named:?} is not in {}",
            answer.text
        );
        assert!(
            answer.json()["detail"].is_array() || answer.json()["detail"].is_string(),
            "{}",
            answer.text
        );
        assert!(answer.headers.contains_key("x-request-id"));
    }
    let huge = format!(
        r#"{{"amount":5,"order_id":"A","metadata":{{"x":"{}"}}}}"#,
        "y".repeat(10 << 20)
    );
    match stack
        .merchant
        .try_send(Method::POST, CREATE, Some(huge))
        .await
    {
        Ok(answer) => assert_eq!(answer.status, 413, "{}", answer.text),
        // The gateway stopped reading and closed: a client that goes on writing may not see the answer.
        Err(error) => assert!(!error.is_timeout(), "{error}"),
    }
    assert_eq!(intents(&stack).await, 0);
    assert_eq!(stack.intent_status("A").await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_callers_are_refused_and_reach_nothing() {
    let stack = Stack::boot().await;
    let base = stack.public.base().to_owned();
    let body = r#"{"amount":5,"order_id":"A"}"#;
    let client = |id: &str, secret: &str| {
        Rest::new(&base)
            .with("x-client-id", id)
            .with("x-client-secret", secret)
    };
    let known = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    let refused = [
        (stack.public.clone(), 401),
        (client("no-uuid", "sk_test_demo"), 401),
        (client(MERCHANT, "sk_test_demo"), 401),
        (client(known, "sk_test_wrong"), 401),
        (client(known, ""), 401),
        (
            stack.merchant.clone().with("x-api-key", "key_test_abc123"),
            400,
        ),
    ];
    for (caller, status) in refused {
        let answer = caller.post_raw(CREATE, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let wrong_admin = Rest::new(&base).with("x-master-key", "wrong");
    for caller in [&stack.public, &wrong_admin] {
        let answer = caller.get(&format!("/api/v1/admin/intents?{SCOPE}")).await;
        assert!(
            [401, 403].contains(&answer.status.as_u16()),
            "{}",
            answer.text
        );
    }
    assert_eq!(intents(&stack).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_at_once() {
    let stack = Stack::boot().await;
    let key = stack
        .admin
        .post(
            "/api/v1/admin/keys",
            &scoped(json!({ "family": "client_id" })),
        )
        .await
        .ok();
    let text = |name: &str| {
        key[name]
            .as_str()
            .map(ToOwned::to_owned)
            .unwrap_or_else(|| panic!("no {name} in {key}"))
    };
    let caller = Rest::new(stack.public.base())
        .with("x-client-id", &text("key_id"))
        .with("x-client-secret", &text("secret"));
    // Known, and kept for the moment: then revoked.
    assert_eq!(caller.get("/api/v1/intents/NONE").await.status, 404);
    let path = format!("/api/v1/admin/keys/{}?{SCOPE}", text("key_id"));
    let revoked = stack.admin.send(Method::DELETE, &path, None).await;
    assert!(revoked.status.is_success(), "{}", revoked.text);
    testkit::wait::until(std::time::Duration::from_secs(3), async || {
        let answer = caller.get("/api/v1/intents/NONE").await;
        if answer.status == 401 {
            Ok(())
        } else {
            Err(answer.text)
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_id_names_one_request() {
    let stack = Stack::boot().await;
    let body = r#"{"amount":499,"order_id":"SAME-1"}"#;
    let first = stack.merchant.post_raw(CREATE, body).await;
    let again = stack
        .merchant
        .post_raw(CREATE, r#"{ "order_id": "SAME-1", "amount": 499.00 }"#)
        .await;
    assert_eq!(
        first.clone().ok()["id"],
        again.ok()["id"],
        "the same request answers the same intent"
    );
    let other = stack
        .merchant
        .post_raw(CREATE, r#"{"amount":498,"order_id":"SAME-1"}"#)
        .await;
    assert_eq!(other.status, 409, "{}", other.text);
    assert!(
        other.text.contains("order_id") || other.text.contains("Order ID"),
        "{}",
        other.text
    );
    assert_eq!(intents(&stack).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_intent_is_not_there() {
    let stack = Stack::boot().await;
    let created = stack.create("MINE-1", "10").await;
    let made = stack
        .admin
        .post("/api/v1/admin/merchants", &json!({ "name": "Stranger" }))
        .await
        .ok();
    let merchant = made["merchant"]["id"]
        .as_str()
        .or(made["id"].as_str())
        .unwrap_or_else(|| panic!("{made}"));
    let key = json!({ "family": "client_id", "merchant_id": merchant, "mode": "test" });
    let key = stack.admin.post("/api/v1/admin/keys", &key).await.ok();
    let stranger = Rest::new(stack.public.base())
        .with("x-client-id", key["key_id"].as_str().unwrap())
        .with("x-client-secret", key["secret"].as_str().unwrap());
    for key in ["MINE-1", created["id"].as_str().unwrap()] {
        let answer = stranger.get(&format!("/api/v1/intents/{key}")).await;
        assert_eq!(answer.status, 404, "{}", answer.text);
        let answer = stranger
            .post(&format!("/api/v1/intents/{key}/cancel"), &json!({}))
            .await;
        assert_eq!(answer.status, 404, "{}", answer.text);
    }
    assert_eq!(stack.intent("MINE-1").await["status"], "pending");
}
