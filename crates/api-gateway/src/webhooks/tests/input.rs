use super::played::{ID, Played, call, key};
use insta::assert_snapshot;

#[actix_web::test]
async fn bad_input_is_refused_by_name_and_reaches_nobody() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    let endpoint = format!("/webhook-endpoints/{ID}");
    let mut lines = Vec::new();
    for (method, path, body) in [
        ("POST", "/webhook-endpoints", "{"),
        ("POST", "/webhook-endpoints", "[]"),
        ("POST", "/webhook-endpoints", "{}"),
        ("POST", "/webhook-endpoints", r#"{"url": "a", "url": "b"}"#),
        ("POST", "/webhook-endpoints", r#"{"url": 7}"#),
        (
            "POST",
            "/webhook-endpoints",
            r#"{"url": "https://a.example", "event_types": "all"}"#,
        ),
        (
            "POST",
            "/webhook-endpoints",
            r#"{"url": "https://a.example", "profile": "stripe"}"#,
        ),
        (
            "POST",
            "/webhook-endpoints",
            r#"{"url": "https://a.example", "retry": 5}"#,
        ),
        (
            "POST",
            "/webhook-endpoints",
            r#"{"url": "https://a.example", "retry": {"pauses_s": [-1]}}"#,
        ),
        ("PATCH", &endpoint, r#"{"url": null}"#),
        (
            "POST",
            &format!("{endpoint}/rotate-secret"),
            r#"{"overlap_s": -1}"#,
        ),
        (
            "POST",
            &format!("{endpoint}/rotate-secret"),
            r#"{"immediately": "yes"}"#,
        ),
        (
            "POST",
            &format!("{endpoint}/test"),
            r#"{"custom_data": [1]}"#,
        ),
        ("POST", &format!("{endpoint}/ping"), r#"{"body": "text"}"#),
        ("GET", "/webhook-deliveries?limit=201", ""),
        ("POST", "/webhook-deliveries/resend-failed", "{}"),
        (
            "POST",
            "/webhook-deliveries/resend-failed",
            r#"{"since": "yesterday"}"#,
        ),
        (
            "POST",
            "/webhook-deliveries/resend-failed",
            r#"{"since": "2026-11-21T10:00:00Z", "endpoint_id": "x"}"#,
        ),
        ("POST", "/webhook-contacts", "{}"),
        ("DELETE", "/webhook-contacts", ""),
        ("GET", "/events?after=-1", ""),
        ("GET", "/events?after=soon", ""),
        ("GET", "/events?wait=31", ""),
        ("GET", "/events?limit=501", ""),
    ] {
        let answer = call(&gateway, &keys, method, &format!("/api/v1{path}"), body).await;
        lines.push(format!(
            "{method} {path} {body}\n  {} {}",
            answer.status.as_u16(),
            answer.body
        ));
    }
    assert!(played.calls.lock().unwrap().is_empty());
    assert_snapshot!(lines.join("\n").replace(ID, "ID"));
}

#[actix_web::test]
async fn an_unknown_word_is_no_route() {
    let played = Played::default();
    let gateway = played.gateway().await;
    let (id, _, _) = gateway.merchant().await;
    let keys = key(&gateway, &id, "client_id").await;
    for (method, path, status) in [
        (
            "POST",
            format!("/api/v1/webhook-endpoints/{ID}/explode"),
            404,
        ),
        ("PUT", format!("/api/v1/webhook-endpoints/{ID}"), 405),
        ("DELETE", "/api/v1/events".to_owned(), 405),
        ("GET", "/api/v1/nothing".to_owned(), 404),
    ] {
        let answer = call(&gateway, &keys, method, &path, "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
    }
}
