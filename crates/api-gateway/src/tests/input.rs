use super::Gateway;
use actix_web::test::TestRequest;
use insta::assert_snapshot;

const CREATE: &str = "/api/v1/intents/create-payment";

fn signed(body: impl Into<actix_web::web::Bytes>, key: &str, secret: &str) -> TestRequest {
    TestRequest::post()
        .uri(CREATE)
        .insert_header(("x-client-id", key))
        .insert_header(("x-client-secret", secret))
        .set_payload(body)
}

#[actix_web::test]
async fn bad_input_is_a_4xx_that_names_the_field() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let mut lines = Vec::new();
    for body in [
        "",
        "{",
        "[]",
        "not json",
        "{}",
        r#"{"amount": NaN, "order_id": "a"}"#,
        r#"{"amount": 1e400, "order_id": "a"}"#,
        r#"{"amount": -1, "order_id": "a"}"#,
        r#"{"amount": 1.001, "order_id": "a"}"#,
        r#"{"amount": "499.00", "order_id": "a"}"#,
        r#"{"amount": 1, "amount": 2, "order_id": "a"}"#,
        r#"{"amount": 1, "order_id": "a b"}"#,
        r#"{"amount": 1, "order_id": "550e8400-e29b-41d4-a716-446655440000"}"#,
        r#"{"amount": 1, "order_id": "a", "currency": "BTC"}"#,
        r#"{"amount": 1, "order_id": "a", "currency": "USDT"}"#,
        r#"{"amount": 1, "order_id": "a", "upi_vpa": "nobody"}"#,
        r#"{"amount": 1, "order_id": "a", "redirect_url": "javascript:alert(1)"}"#,
        r#"{"amount": 1, "order_id": "a", "metadata": 7}"#,
    ] {
        let answer = gateway.call(signed(body, &key, &secret)).await;
        lines.push(format!(
            "{body}\n  {} {}",
            answer.status.as_u16(),
            answer.body
        ));
    }
    assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn a_body_of_ten_megabytes_is_413() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let body = format!(
        r#"{{"amount":1,"order_id":"a","x":"{}"}}"#,
        "x".repeat(10_000_000)
    );
    let answer = gateway.call(signed(body, &key, &secret)).await;
    assert_snapshot!(format!("{} {}", answer.status.as_u16(), answer.body), @r#"413 {"detail":"The request body is larger than 65536 bytes"}"#);
    let admin = TestRequest::post()
        .uri("/api/v1/admin/merchants")
        .insert_header(("x-master-key", super::ADMIN_KEY))
        .set_payload("x".repeat(10_000_000));
    assert_eq!(gateway.call(admin).await.status, 413);
}

#[actix_web::test]
async fn a_stranger_learns_nothing_of_what_is_wrong_with_his_body() {
    let gateway = Gateway::new().await;
    let id = uuid::Uuid::new_v4().to_string();
    let answer = gateway.call(signed("{", &id, "sk_test_x")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (401, r#"{"detail":"Invalid Client ID"}"#)
    );
}
