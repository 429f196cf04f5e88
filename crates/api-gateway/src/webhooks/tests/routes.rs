use super::played::{ANOTHERS, ID, LONG_AGO, Played, call, key};
use crate::tests::Gateway;
use actix_web::test::TestRequest;
use insta::assert_snapshot;
use serde_json::{Value, json};

const BASE: &str = "/api/v1";

/// Every route with a good request.
fn all() -> Vec<(&'static str, String, &'static str)> {
    let endpoint = format!("/webhook-endpoints/{ID}");
    let below = |word: &str| format!("{endpoint}/{word}");
    vec![
        (
            "POST",
            "/webhook-endpoints".to_owned(),
            r#"{"url": "https://shop.example/hook", "event_types": ["payment.success"], "description": "the shop", "profile": "payment_gateway", "retry": {"pauses_s": [0, 60]}, "secret": "whsec_of_another_gateway"}"#,
        ),
        ("GET", "/webhook-endpoints".to_owned(), ""),
        ("GET", endpoint.clone(), ""),
        (
            "PATCH",
            endpoint.clone(),
            r#"{"url": "https://shop.example/new", "description": null, "event_types": null, "profile": "standard", "retry": "noddpay"}"#,
        ),
        ("PATCH", endpoint.clone(), "{}"),
        ("POST", below("disable"), ""),
        ("POST", below("enable"), ""),
        ("POST", below("accept-secret"), ""),
        ("POST", below("rotate-secret"), r#"{"overlap_s": 3600}"#),
        ("POST", below("rotate-secret"), r#"{"immediately": true}"#),
        ("POST", below("test"), r#"{"custom_data": {"n": 1.50}}"#),
        ("POST", below("ping"), r#"{"body": {"n": 1.50}}"#),
        ("POST", below("ping"), ""),
        ("DELETE", endpoint, ""),
        (
            "GET",
            format!(
                "/webhook-deliveries?endpoint_id={ID}&object_id={ID}&state=failed&event_type=payment.success&limit=7&before_id={ID}"
            ),
            "",
        ),
        ("GET", format!("/webhook-deliveries/{ID}"), ""),
        ("POST", format!("/webhook-deliveries/{ID}/resend"), ""),
        (
            "POST",
            "/webhook-deliveries/resend-failed".to_owned(),
            r#"{"since": "2026-11-21T10:00:00Z"}"#,
        ),
        ("GET", format!("/webhook-resends/{ID}"), ""),
        ("GET", "/webhook-contacts".to_owned(), ""),
        (
            "POST",
            "/webhook-contacts".to_owned(),
            r#"{"address": "ops@shop.example"}"#,
        ),
        (
            "DELETE",
            "/webhook-contacts?address=ops@shop.example".to_owned(),
            "",
        ),
        (
            "GET",
            "/events?after=40&limit=500&types=payment.success,payment.late".to_owned(),
            "",
        ),
        ("GET", "/events?after=now".to_owned(), ""),
    ]
}

fn joined(path: &str, query: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{query}")
}

#[actix_web::test]
async fn every_route_answers_merchants_and_operators_alike() {
    let played = Played::default();
    played.pinged.lock().unwrap().outcome = "timeout".to_owned();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    let mut lines = Vec::new();
    for (method, path, body) in all() {
        let as_merchant = call(&gateway, &keys, method, &format!("{BASE}{path}"), body).await;
        let asked = played.last();
        lines.push(format!(
            "{method} {path} {body}\n  {asked}\n  {} {}",
            as_merchant.status.as_u16(),
            as_merchant.body
        ));
        let path = joined(&path, &format!("merchant_id={id}&mode=test"));
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        let as_operator = gateway
            .admin(method, &format!("{BASE}/admin{path}"), body)
            .await;
        assert_eq!(
            (as_operator.status, as_operator.body),
            (as_merchant.status, as_merchant.body),
            "{method} {path}"
        );
    }
    assert_snapshot!(lines.join("\n").replace(ID, "ID"));

    // Each was made for that merchant in that mode.
    for (context, call) in played.calls.lock().unwrap().iter() {
        assert_eq!(context.merchant.unwrap().to_string(), id, "{call}");
        assert_eq!(context.live, Some(false), "{call}");
    }
    // What changes anything is written down, whoever did it; reading only where it is the operator's.
    let audit = format!("/api/v1/admin/audit?merchant_id={id}&mode=test&limit=200");
    let audit = gateway.admin("GET", &audit, Value::Null).await.json();
    let mut done: Vec<String> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let actor = row["actor"].as_str().unwrap().split(':').next().unwrap();
            format!("{actor} {}", row["action"].as_str().unwrap())
        })
        .filter(|row| row.contains("webhook"))
        .collect();
    done.sort();
    done.dedup();
    assert_snapshot!("what_is_written_down", done.join("\n"));
}

#[actix_web::test]
async fn a_key_reaches_no_other_merchant() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let (other, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    let path = format!("{BASE}/webhook-endpoints?merchant_id={other}&mode=live");
    let body = json!({ "url": "https://shop.example", "merchant_id": other, "mode": "live" });
    let answer = call(&gateway, &keys, "POST", &path, &body.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let (context, _) = played.calls.lock().unwrap().pop().unwrap();
    assert_eq!(context.merchant.unwrap().to_string(), id);
    assert_eq!(context.live, Some(false));
}

#[actix_web::test]
async fn what_is_not_the_callers_is_404_in_his_shape() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let mut lines = Vec::new();
    for family in ["client_id", "api_key", "bearer"] {
        let keys = key(&gateway, &id, family).await;
        for (method, path) in [
            ("GET", format!("{BASE}/webhook-endpoints/{ANOTHERS}")),
            (
                "POST",
                format!("{BASE}/webhook-endpoints/{ANOTHERS}/enable"),
            ),
            (
                "POST",
                format!("{BASE}/webhook-endpoints/{ANOTHERS}/rotate-secret"),
            ),
            ("GET", format!("{BASE}/webhook-deliveries/{ANOTHERS}")),
            (
                "POST",
                format!("{BASE}/webhook-deliveries/{ANOTHERS}/resend"),
            ),
            // No ids at all: webhook-dispatcher is not asked.
            ("GET", format!("{BASE}/webhook-endpoints/x")),
            ("GET", format!("{BASE}/webhook-resends/x")),
        ] {
            let answer = call(&gateway, &keys, method, &path, "").await;
            assert_eq!(answer.status, 404, "{method} {path}");
            lines.push(format!("{family} {method} {path}\n  {}", answer.body));
        }
    }
    assert_snapshot!(lines.join("\n").replace(ANOTHERS, "ANOTHERS"));
}

#[actix_web::test]
async fn without_a_key_nothing_is_asked() {
    let played = Played::default();
    let gateway = played.gateway().await;
    for (method, path, body) in all() {
        let answer = call(&gateway, &[], method, &format!("{BASE}{path}"), body).await;
        assert_eq!(answer.status, 401, "{method} {path}");
        let admin = format!("{BASE}/admin{path}");
        let answer = call(&gateway, &[], method, &admin, body).await;
        assert_eq!(answer.status, 401, "{method} {admin}");
    }
    assert!(played.calls.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn a_secret_is_made_once_per_idempotency_key() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let (other, _, _) = gateway.merchant().await;
    let create = format!("{BASE}/webhook-endpoints");
    let rotate = format!("{BASE}/webhook-endpoints/{ID}/rotate-secret");
    let body = r#"{"url": "https://shop.example"}"#;
    let with_key = async |merchant: &str| {
        let mut keys = key(&gateway, merchant, "bearer").await;
        keys.push(("idempotency-key", "k-1".to_owned()));
        keys
    };
    let (mine, anothers) = (with_key(&id).await, with_key(&other).await);
    for path in [&create, &rotate] {
        assert_eq!(call(&gateway, &mine, "POST", path, body).await.status, 201);
        let again = call(&gateway, &mine, "POST", path, body).await;
        assert_eq!(again.status, 409);
        assert_eq!(again.json()["code"], "conflict");
        // A key is its merchant's own.
        assert_eq!(
            call(&gateway, &anothers, "POST", path, body).await.status,
            201
        );
    }
    assert_eq!(played.calls.lock().unwrap().len(), 4);
}

#[actix_web::test]
async fn tests_of_endpoints_are_limited_per_merchant() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    for n in 0..10 {
        let word = if n % 2 == 0 { "test" } else { "ping" };
        let path = format!("{BASE}/webhook-endpoints/{ID}/{word}");
        assert!(
            call(&gateway, &keys, "POST", &path, "")
                .await
                .status
                .is_success()
        );
    }
    let path = format!("{BASE}/webhook-endpoints/{ID}/test");
    let refused = call(&gateway, &keys, "POST", &path, "").await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    // Another of the merchant's keys does not help, nor does another interface.
    let keys = key(&gateway, &id, "api_key").await;
    let test = format!("{BASE}/webhooks/test");
    let refused = call(&gateway, &keys, "POST", &test, "").await;
    assert_eq!(refused.json()["error"]["code"], "RATE_LIMIT_ERROR");
    let (other, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &other, "client_id").await;
    assert_eq!(call(&gateway, &keys, "POST", &path, "").await.status, 202);
}

#[actix_web::test]
async fn a_process_that_stops_keeps_nobody_waiting() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    let path = format!("{BASE}/events?after=now&wait=30");
    let waiting = call(&gateway, &keys, "GET", &path, "");
    let stopping = async {
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            played
                .last()
                .starts_with("list_events")
                .then_some(())
                .ok_or("nobody waits")
        })
        .await;
        gateway.shutdown.soft.cancel();
    };
    let (answer, ()) = tokio::join!(waiting, stopping);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "2");
}

#[actix_web::test]
async fn the_secret_of_a_session_never_stands_in_an_address() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let mut keys = key(&gateway, &id, "client_id").await;
    keys.push(("x-noxpay-listen-secret", "whsec_session".to_owned()));
    let path = format!("{BASE}/events");
    let answer = call(&gateway, &keys, "GET", &path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(played.last().contains(r#"signing_secret: "whsec_session""#));
}

#[actix_web::test]
async fn without_the_dispatcher_the_routes_say_when_to_come_again() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let request = TestRequest::get()
        .uri("/api/v1/webhook-endpoints")
        .insert_header(("x-client-id", key))
        .insert_header(("x-client-secret", secret));
    let answer = gateway.call(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "2")
    );
}

#[actix_web::test]
async fn a_place_of_long_ago_is_410_and_says_where_to_go_on() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (merchant, _, _) = gateway.merchant().await;
    let path = format!("{BASE}/events?after={LONG_AGO}");
    for (family, at) in [("client_id", ""), ("api_key", "/error"), ("bearer", "")] {
        let key = key(&gateway, &merchant, family).await;
        let answer = call(&gateway, &key, "GET", &path, "").await;
        assert_eq!(answer.status, 410, "{}", answer.body);
        let body = answer.json();
        let resume_after = body.pointer(&format!("{at}/resume_after"));
        assert_eq!(resume_after, Some(&40.into()), "{body}");
        let code = body.pointer(&format!("{at}/code")).unwrap().as_str();
        assert!(
            code.unwrap().to_lowercase().starts_with("cursor_expired"),
            "{body}"
        );
    }
    let path = format!("/api/v1/admin/events?after={LONG_AGO}&merchant_id={merchant}&mode=test");
    let answer = gateway.admin("GET", &path, Value::Null).await;
    assert_eq!(answer.status, 410, "{}", answer.body);
    assert_eq!(answer.json()["resume_after"], 40);
}
