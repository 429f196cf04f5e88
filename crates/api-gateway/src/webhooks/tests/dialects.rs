use super::played::{ANOTHERS, ID, Played, call, key};
use crate::tests::Gateway;
use insta::assert_snapshot;
use serde_json::Value;

type Keys = Vec<(&'static str, String)>;

async fn merchant(played: &Played, family: &str) -> (Gateway, Keys) {
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, family).await;
    (gateway, keys)
}

#[actix_web::test]
async fn a_noxpay_test_tells_what_came_back() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "client_id").await;
    let mut lines = Vec::new();
    let path = "/api/v1/webhooks/test";
    for (outcome, code, body) in [
        ("delivered", 200, ""),
        (
            "refused",
            500,
            r#"{"event_type": "payment.success", "custom_data": {"n": 1.50}}"#,
        ),
        ("unreachable", 0, "{}"),
        ("timeout", 0, "{}"),
        ("blocked", 0, "{}"),
    ] {
        {
            let mut pinged = played.pinged.lock().unwrap();
            pinged.outcome = outcome.to_owned();
            pinged.status_code = code;
            pinged.response_body = "é".repeat(300);
        }
        let answer = call(&gateway, &keys, "POST", path, body).await;
        let shown = answer.body.replace(&"é".repeat(200), "200 × é");
        lines.push(format!(
            "{}\n  {} {shown}",
            played.last(),
            answer.status.as_u16()
        ));
    }
    *played.bare.lock().unwrap() = true;
    let answer = call(&gateway, &keys, "POST", path, "").await;
    lines.push(format!("none: {} {}", answer.status.as_u16(), answer.body));
    for wrong in [r#"{"custom_data": 7}"#, r#"{"event_type": 7}"#] {
        let answer = call(&gateway, &keys, "POST", path, wrong).await;
        lines.push(format!(
            "{wrong}: {} {}",
            answer.status.as_u16(),
            answer.body
        ));
    }
    assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn the_noxpay_log_has_its_rows() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "client_id").await;
    let answer = call(&gateway, &keys, "GET", "/api/v1/webhooks/logs", "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // Byte for byte.
    assert!(
        answer.body.contains(r#""payload":{"z": 1.50, "a": "é"}"#),
        "{}",
        answer.body
    );
    let first = serde_json::to_string_pretty(&answer.json()["logs"][0]).unwrap();
    assert_snapshot!(first);
    for (asked, limit) in [
        ("?limit=7", 7),
        ("?limit=0", 50),
        ("?limit=201", 50),
        ("?limit=x", 50),
    ] {
        played.calls.lock().unwrap().clear();
        call(
            &gateway,
            &keys,
            "GET",
            &format!("/api/v1/webhooks/logs{asked}"),
            "",
        )
        .await;
        let (_, listed) = played.calls.lock().unwrap()[0].clone();
        assert!(listed.contains(&format!("limit: {limit},")), "{listed}");
    }
}

#[actix_web::test]
async fn the_payment_gateway_routes_have_their_shapes() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "api_key").await;
    let mut lines = Vec::new();
    for (method, path, body) in [
        ("GET", "".to_owned(), ""),
        ("GET", "?limit=2&offset=4".to_owned(), ""),
        ("GET", "?limit=101".to_owned(), ""),
        ("POST", format!("/{ID}/retry"), ""),
        ("POST", format!("/{ANOTHERS}/retry"), ""),
        ("POST", "/x/retry".to_owned(), ""),
        ("GET", "/config".to_owned(), ""),
        (
            "PUT",
            "/config".to_owned(),
            r#"{"webhook_url": "https://shop.example/new"}"#,
        ),
        (
            "POST",
            "/config".to_owned(),
            r#"{"webhook_url": "https://shop.example/new", "webhook_secret": "whsec_mine"}"#,
        ),
        ("PUT", "/config".to_owned(), r#"{"webhook_url": ""}"#),
        ("PUT", "/config".to_owned(), r#"{"webhook_url": 7}"#),
        ("POST", "/regenerate-secret".to_owned(), ""),
        ("POST", "/test".to_owned(), ""),
    ] {
        let answer = call(
            &gateway,
            &keys,
            method,
            &format!("/api/v1/webhooks{path}"),
            body,
        )
        .await;
        lines.push(format!(
            "{method} {path} {body}\n  {}\n  {} {}",
            played.last(),
            answer.status.as_u16(),
            answer.body
        ));
    }
    *played.bare.lock().unwrap() = true;
    for (method, path, body) in [
        ("GET", "/config", ""),
        (
            "PUT",
            "/config",
            r#"{"webhook_url": "https://shop.example/first"}"#,
        ),
        ("POST", "/regenerate-secret", ""),
        ("POST", "/test", ""),
    ] {
        let answer = call(
            &gateway,
            &keys,
            method,
            &format!("/api/v1/webhooks{path}"),
            body,
        )
        .await;
        lines.push(format!(
            "none: {method} {path} {body}\n  {} {}",
            answer.status.as_u16(),
            answer.body
        ));
    }
    assert_snapshot!(
        lines
            .join("\n")
            .replace(ID, "ID")
            .replace(ANOTHERS, "ANOTHERS")
    );
}

#[actix_web::test]
async fn who_configures_a_moment_later_than_another_changes_what_the_other_added() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "api_key").await;
    *played.raced.lock().unwrap() = true;
    let body = r#"{"webhook_url": "https://shop.example/new"}"#;
    let path = "/api/v1/webhooks/config";
    let answer = call(&gateway, &keys, "PUT", path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let calls = played.calls.lock().unwrap();
    let methods: Vec<&str> = calls
        .iter()
        .filter_map(|(_, call)| call.split(' ').next())
        .collect();
    assert_eq!(
        methods,
        [
            "list_endpoints",
            "add_endpoint",
            "list_endpoints",
            "update_endpoint"
        ]
    );
    assert!(
        calls[3].1.contains("https://shop.example/new"),
        "{}",
        calls[3].1
    );
}

#[actix_web::test]
async fn a_partner_sees_his_failed_events_with_a_bearer_key() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "bearer").await;
    let path = "/v1/webhook-events/failed";
    let answer = call(&gateway, &keys, "GET", path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (_, listed) = played.calls.lock().unwrap()[0].clone();
    assert!(
        listed.contains(r#"state: "failed""#) && listed.contains("profile: Noddpay"),
        "{listed}"
    );
    assert_snapshot!(answer.body);
}

#[actix_web::test]
async fn a_bearer_key_is_one_token_and_its_errors_are_problems() {
    let played = Played::default();
    let (gateway, keys) = merchant(&played, "bearer").await;
    let path = "/api/v1/webhook-endpoints";
    assert_eq!(call(&gateway, &keys, "GET", path, "").await.status, 200);
    let token = keys[0].1.strip_prefix("Bearer ").unwrap();
    assert!(token.starts_with("bearer_test_"), "{token}");
    let bearer = |token: &str| vec![("authorization", format!("bearer {token}"))];
    for wrong in ["x", "x.y", &format!("{token}x"), &token[1..]] {
        let answer = call(&gateway, &bearer(wrong), "GET", path, "").await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], "unauthenticated");
    }
    // Other schemes are no credentials of ours.
    let basic = vec![("authorization", "Basic eDp5".to_owned())];
    let answer = call(&gateway, &basic, "GET", path, "").await;
    assert_eq!(
        answer.json()["detail"],
        "Missing X-Client-ID or X-Client-Secret headers"
    );
    let mut both = keys.clone();
    both.push(("x-api-key", "key_test_x".to_owned()));
    assert_eq!(call(&gateway, &both, "GET", path, "").await.status, 400);
    // Revoked by its key id, as every other.
    let (key_id, _) = token.split_once('.').unwrap();
    let revoke = format!("/api/v1/admin/keys/{key_id}");
    assert_eq!(
        gateway.admin("DELETE", &revoke, Value::Null).await.status,
        204
    );
    gateway.app.auth.verified().forget_all();
    assert_eq!(call(&gateway, &keys, "GET", path, "").await.status, 401);
}
