use super::Gateway;
use actix_web::test::TestRequest;

fn get(key: &str, secret: &str) -> TestRequest {
    TestRequest::get()
        .uri("/api/v1/intents/ORDER-1")
        .insert_header(("x-client-id", key))
        .insert_header(("x-client-secret", secret))
}

#[actix_web::test]
async fn without_intent_service_the_api_says_when_to_come_again() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let create = TestRequest::post()
        .uri("/api/v1/intents/create-payment")
        .insert_header(("x-client-id", key.as_str()))
        .insert_header(("x-client-secret", secret.as_str()))
        .set_payload(r#"{"amount": 499, "order_id": "ORDER-1"}"#);
    let checkout = TestRequest::get().uri(&format!("/checkout?intent={}", uuid::Uuid::new_v4()));
    for request in [get(&key, &secret), create, checkout] {
        let answer = gateway.call(request).await;
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "2");
    }
}

#[actix_web::test]
async fn without_postgres_the_api_says_when_to_come_again() {
    let away = "postgres://gateway_worker:x@127.0.0.1:1/noxpay";
    let gateway = Gateway::with(&[("NOXPAY_DATABASE_WORKER_URL", away)]).await;
    let answer = gateway
        .call(get(&uuid::Uuid::new_v4().to_string(), "sk_test_x"))
        .await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "2");
    let answer = gateway
        .admin("GET", "/api/v1/admin/merchants", serde_json::Value::Null)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "2")
    );
    assert_eq!(answer.json()["code"], "unavailable");
}
