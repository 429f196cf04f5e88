use crate::tests::{ADMIN_KEY, Gateway};
use actix_web::test::TestRequest;
use insta::assert_snapshot;
use serde_json::{Value, json};
use uuid::Uuid;

const MERCHANTS: &str = "/api/v1/admin/merchants";

#[actix_web::test]
async fn without_the_key_nothing_is_answered() {
    let mut gateway = Gateway::new().await;
    let routes = [
        ("POST", "/merchants"),
        ("GET", "/merchants"),
        ("DELETE", "/keys/x"),
        ("POST", "/accounts"),
        ("POST", "/mailboxes"),
        ("POST", "/webhook-endpoints"),
        ("GET", "/intents/unmatched"),
        ("GET", "/mails"),
        ("GET", "/parser-rules"),
        ("POST", "/parser-rules"),
        ("POST", "/parser-rules/dry-run"),
        ("DELETE", "/parser-rules/x"),
        ("POST", "/mailboxes/x/login"),
        ("POST", "/mailboxes/x/results"),
        ("POST", "/dead/replay"),
        ("POST", "/demo"),
    ];
    for (n, (method, path)) in routes.into_iter().enumerate() {
        // After 30 wrong keys an address is told to wait.
        if n % 10 == 9 {
            gateway = Gateway::new().await;
        }
        let request = |key: Option<&'static str>| {
            let request = TestRequest::default()
                .method(method.parse().unwrap())
                .uri(&format!("/api/v1/admin{path}"));
            match key {
                Some(key) => request.insert_header(("x-master-key", key)),
                None => request,
            }
        };
        for key in [
            None,
            Some("wrong"),
            Some("an admin key for tests, long enough for al"),
        ] {
            let answer = gateway.call(request(key)).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.json()["code"], "unauthenticated");
        }
    }
}

#[actix_web::test]
async fn wrong_keys_are_counted_and_the_right_one_is_not() {
    let gateway = Gateway::new().await;
    let call = |key: &'static str| {
        TestRequest::get()
            .uri(MERCHANTS)
            .insert_header(("x-master-key", key))
    };
    for _ in 0..50 {
        assert_eq!(gateway.call(call(ADMIN_KEY)).await.status, 200);
    }
    let mut statuses = Vec::new();
    for _ in 0..31 {
        statuses.push(gateway.call(call("wrong")).await.status.as_u16());
    }
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(statuses.iter().filter(|s| **s == 401).count(), 30);
}

#[actix_web::test]
async fn a_merchant_is_created_shown_changed_and_disabled() {
    let gateway = Gateway::new().await;
    let created = gateway
        .admin("POST", MERCHANTS, json!({ "name": " My Shop " }))
        .await;
    assert_eq!(created.status, 201, "{}", created.body);
    let body = created.json();
    let merchant = &body["merchant"];
    assert_eq!(merchant["name"], "My Shop");
    assert_eq!(merchant["active"], true);
    let modes: Vec<&Value> = body["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["mode"])
        .collect();
    assert_eq!(modes, ["live", "test"]);
    let id = merchant["id"].as_str().unwrap();
    let path = format!("{MERCHANTS}/{id}");
    let shown = gateway.admin("GET", &path, Value::Null).await;
    assert_eq!(&shown.json(), merchant);
    let listed = gateway.admin("GET", MERCHANTS, Value::Null).await;
    assert_eq!(listed.json()["merchants"], json!([merchant]));
    let changed = gateway
        .admin("PATCH", &path, json!({ "rate_limit_rpm": 0 }))
        .await;
    assert_eq!(changed.json()["rate_limit_rpm"], 0);
    let changed = gateway
        .admin("PATCH", &path, json!({ "rate_limit_rpm": null }))
        .await;
    assert_eq!(changed.json()["rate_limit_rpm"], Value::Null);
    let disabled = gateway
        .admin("POST", &format!("{path}/disable"), Value::Null)
        .await;
    assert_eq!(disabled.json()["active"], false);
}

#[actix_web::test]
async fn a_key_is_made_listed_and_revoked() {
    let gateway = Gateway::new().await;
    let (id, _, _) = gateway.merchant().await;
    let body = json!({ "merchant_id": id, "mode": "live", "family": "api_key" });
    let made = gateway.admin("POST", "/api/v1/admin/keys", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let key = made["key_id"].as_str().unwrap();
    assert!(key.starts_with("key_live_"), "{key}");
    assert!(made["secret"].as_str().unwrap().starts_with("secret_live_"));
    let list = format!("/api/v1/admin/keys?merchant_id={id}&mode=live");
    let listed = gateway.admin("GET", &list, Value::Null).await;
    assert!(!listed.body.contains("secret_"), "{}", listed.body);
    assert_eq!(listed.json()["keys"][0]["revoked_at"], Value::Null);
    let path = format!("/api/v1/admin/keys/{key}");
    assert_eq!(
        gateway.admin("DELETE", &path, Value::Null).await.status,
        204
    );
    assert_eq!(
        gateway.admin("DELETE", &path, Value::Null).await.status,
        404
    );
    let listed = gateway.admin("GET", &list, Value::Null).await;
    assert!(listed.json()["keys"][0]["revoked_at"].is_string());
}

#[actix_web::test]
async fn bad_input_is_a_problem_that_names_the_field() {
    let gateway = Gateway::new().await;
    let (id, _, _) = gateway.merchant().await;
    let nobody = Uuid::nil().to_string();
    let mut lines = Vec::new();
    for (method, path, body) in [
        ("POST", "merchants", "{".to_owned()),
        ("POST", "merchants", "[]".to_owned()),
        ("POST", "merchants", "{}".to_owned()),
        ("POST", "merchants", r#"{"name": 7}"#.to_owned()),
        ("POST", "merchants", r#"{"name": "<script>"}"#.to_owned()),
        (
            "POST",
            "merchants",
            r#"{"name": "abc", "name": "abd"}"#.to_owned(),
        ),
        (
            "POST",
            "merchants",
            r#"{"name": "abc", "modes": ["prod"]}"#.to_owned(),
        ),
        (
            "POST",
            "merchants",
            r#"{"name": "abc", "rate_limit_rpm": -1}"#.to_owned(),
        ),
        (
            "POST",
            "merchants",
            r#"{"name": "abc", "rate_limit_rpm": 1.5}"#.to_owned(),
        ),
        (
            "PATCH",
            "merchants/00000000-0000-0000-0000-000000000000",
            r#"{"name": "abc"}"#.to_owned(),
        ),
        ("PATCH", "merchants/none", r#"{"name": "abc"}"#.to_owned()),
        (
            "POST",
            "keys",
            r#"{"mode": "test", "family": "client_id"}"#.to_owned(),
        ),
        (
            "POST",
            "keys",
            r#"{"merchant_id": "x", "mode": "test", "family": "client_id"}"#.to_owned(),
        ),
        (
            "POST",
            "keys",
            format!(r#"{{"merchant_id": "{nobody}", "mode": "test", "family": "client_id"}}"#),
        ),
        (
            "POST",
            "keys",
            format!(r#"{{"merchant_id": "{id}", "mode": "prod", "family": "client_id"}}"#),
        ),
        (
            "POST",
            "keys",
            format!(r#"{{"merchant_id": "{id}", "mode": "test", "family": "uid"}}"#),
        ),
        (
            "POST",
            "keys?mode=live",
            format!(r#"{{"merchant_id": "{id}", "mode": "test", "family": "client_id"}}"#),
        ),
        ("POST", "keys/none/rotate", "{}".to_owned()),
        (
            "POST",
            "keys/none/rotate",
            r#"{"overlap_s": 99999999}"#.to_owned(),
        ),
        (
            "POST",
            "accounts",
            format!(r#"{{"merchant_id": "{id}", "mode": "test", "vpa": "nobody"}}"#),
        ),
        (
            "POST",
            "accounts",
            format!(
                r#"{{"merchant_id": "{id}", "mode": "test", "vpa": "shop@okbank", "kind": "personal", "payee_name": "Shop"}}"#
            ),
        ),
        (
            "POST",
            "accounts/00000000-0000-0000-0000-000000000000/restore-dedication",
            format!(r#"{{"merchant_id": "{id}", "mode": "test", "reason": " "}}"#),
        ),
        ("GET", "intents?mode=test", String::new()),
        ("GET", "dead?service=api-gateway", String::new()),
        ("GET", "dead?service=intent-service&limit=0", String::new()),
    ] {
        let request = TestRequest::default()
            .method(method.parse().unwrap())
            .uri(&format!("/api/v1/admin/{path}"))
            .insert_header(("x-master-key", ADMIN_KEY))
            .set_payload(body.clone());
        let answer = gateway.call(request).await;
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status.as_u16());
        let field = problem["field"].as_str().unwrap_or("-");
        let body = body.replace(&id, "ID");
        lines.push(format!(
            "{method} {path} {body}\n  {} {} {field}: {}",
            problem["status"],
            problem["code"].as_str().unwrap(),
            problem["detail"].as_str().unwrap()
        ));
    }
    assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn in_production_there_is_no_demo() {
    let gateway = Gateway::production().await;
    let answer = gateway
        .admin("POST", "/api/v1/admin/demo", Value::Null)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (404, r#"{"detail":"Not Found"}"#)
    );
    let unlimited = json!({ "name": "A Shop", "rate_limit_rpm": 0 });
    assert_eq!(
        gateway.admin("POST", MERCHANTS, unlimited).await.status,
        422
    );
}
