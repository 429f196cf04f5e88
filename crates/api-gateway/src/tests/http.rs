use super::Gateway;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use insta::assert_snapshot;
use uuid::Uuid;

const INTENT: &str = "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c";

#[actix_web::test]
async fn every_answer_has_its_headers() {
    let gateway = Gateway::new().await;
    for path in [
        "/health",
        "/api/wake",
        "/nothing",
        "/checkout",
        "/api/v1/intents/x",
        "/api/v1/admin/keys",
    ] {
        let answer = gateway.call(TestRequest::get().uri(path)).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=31536000"),
            "{path}"
        );
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'"),
            "{path}"
        );
        assert!(
            Uuid::try_parse(answer.header("x-request-id")).is_ok(),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_request_id_is_echoed_if_it_is_fit_for_logs() {
    let gateway = Gateway::new().await;
    for (given, echoed) in [("order-7.a_B", true), ("a b", false), ("<script>", false)] {
        let request = TestRequest::get()
            .uri("/api/wake")
            .insert_header(("x-request-id", given));
        let answer = gateway.call(request).await;
        assert_eq!(answer.header("x-request-id") == given, echoed, "{given}");
    }
}

#[actix_web::test]
async fn health_is_the_union_of_what_clients_look_for() {
    let gateway = Gateway::with(&[("NOXPAY_HEALTH_HOST_HEALTHY", "pg.example")]).await;
    gateway.app.flags.postgres.up();
    let health = async |host: &str| {
        let request = TestRequest::get()
            .uri("/health")
            .insert_header(("host", host));
        let mut body = gateway.call(request).await.json();
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        body["timestamp"] = "…".into();
        body.to_string()
    };
    assert_snapshot!(health("localhost:8080").await, @r#"{"database":"connected","redis":"connected","service":"NoxPay API","status":"ok","timestamp":"…","worker":"stopped"}"#);
    let there = health("pg.example").await;
    assert!(there.contains(r#""status":"healthy""#), "{there}");
    let wake = gateway.call(TestRequest::get().uri("/api/wake")).await;
    assert_snapshot!(wake.body, @r#"{"service":"NoxPay API","status":"awake"}"#);
}

#[actix_web::test]
async fn two_credential_families_are_400() {
    let gateway = Gateway::new().await;
    let both = TestRequest::get()
        .uri("/api/v1/intents/ORDER-1")
        .insert_header(("x-client-id", Uuid::nil().to_string()))
        .insert_header(("x-client-secret", "sk_test_x"))
        .insert_header(("x-api-key", "key_test_x"));
    let answer = gateway.call(both).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (
            400,
            r#"{"detail":"Send one pair of credential headers, once"}"#
        )
    );
    let twice = TestRequest::get()
        .uri("/api/v1/intents/ORDER-1")
        .insert_header(("x-client-id", Uuid::nil().to_string()))
        .append_header(("x-client-id", Uuid::max().to_string()))
        .insert_header(("x-client-secret", "sk_test_x"));
    assert_eq!(gateway.call(twice).await.status, 400);
}

#[actix_web::test]
async fn each_family_is_refused_in_its_own_shape() {
    let gateway = Gateway::new().await;
    let get = || TestRequest::get().uri("/api/v1/intents/ORDER-1");
    let id = Uuid::new_v4().to_string();
    let mut lines = Vec::new();
    for request in [
        get(),
        get().insert_header(("x-client-id", id.clone())),
        get()
            .insert_header(("x-client-id", "no uuid"))
            .insert_header(("x-client-secret", "x")),
        get()
            .insert_header(("x-client-id", id))
            .insert_header(("x-client-secret", "x")),
        get()
            .insert_header(("x-api-key", "key_test_none"))
            .insert_header(("x-api-secret", "x")),
    ] {
        let answer = gateway.call(request).await;
        lines.push(format!("{} {}", answer.status.as_u16(), answer.body));
    }
    assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn the_host_header_changes_no_link() {
    let gateway = Gateway::new().await;
    let view = crate::intents::sample::view();
    let shown = crate::dialect::noxpay::shown(&view, &gateway.app.edge.public_url);
    let shown = serde_json::to_value(shown).unwrap();
    assert_eq!(
        shown["checkout_url"],
        format!("http://localhost:8080/checkout?intent={INTENT}")
    );
    for path in ["/checkout?intent=none", "/health", "/nothing"] {
        let request = TestRequest::get()
            .uri(path)
            .insert_header(("host", "evil.example"))
            .insert_header(("x-forwarded-host", "evil.example"))
            .insert_header(("forwarded", "host=evil.example"));
        let answer = gateway.call(request).await;
        assert!(!answer.body.contains("evil.example"), "{path}");
        let leaked = answer
            .headers
            .iter()
            .any(|(_, v)| v.to_str().unwrap().contains("evil"));
        assert!(!leaked, "{path}");
    }
}

#[actix_web::test]
async fn only_listed_origins_may_read_answers() {
    let gateway = Gateway::with(&[("NOXPAY_ALLOWED_ORIGINS", "https://shop.example")]).await;
    let preflight = |origin: &'static str| {
        TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/api/v1/intents/create-payment")
            .insert_header(("origin", origin))
            .insert_header(("access-control-request-method", "POST"))
    };
    let allowed = gateway.call(preflight("https://shop.example")).await;
    assert_eq!(allowed.status, 204);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert_eq!(
        allowed.header("access-control-allow-methods"),
        "GET, POST, OPTIONS"
    );
    let other = gateway.call(preflight("https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), "");
    let get = TestRequest::get()
        .uri("/api/wake")
        .insert_header(("origin", "https://shop.example"));
    let answer = gateway.call(get).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert_eq!(answer.header("vary"), "Origin");
}

#[actix_web::test]
async fn what_no_route_is_for_is_told_as_json() {
    let gateway = Gateway::new().await;
    let answer = gateway.call(TestRequest::get().uri("/nothing")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (404, r#"{"detail":"Not Found"}"#)
    );
    let answer = gateway
        .call(TestRequest::delete().uri("/api/v1/intents/create-payment"))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (405, r#"{"detail":"Method Not Allowed"}"#)
    );
}

#[actix_web::test]
async fn an_asset_is_kept_for_a_year_under_its_own_hash_only() {
    let gateway = Gateway::new().await;
    let page = gateway
        .call(TestRequest::get().uri("/checkout?intent=none"))
        .await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("data-state=\"unknown\""));
    let nonce = page
        .header("content-security-policy")
        .split("'nonce-")
        .nth(1)
        .unwrap();
    let nonce = nonce.split('\'').next().unwrap();
    assert!(page.body.contains(&format!("nonce=\"{nonce}\"")));
    for kind in ["css", "js"] {
        let url = page.body.split('"').find(|p| p.ends_with(kind)).unwrap();
        let asset = gateway.call(TestRequest::get().uri(url)).await;
        assert_eq!(
            asset.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        let old = url.replace(url.split('/').nth(2).unwrap(), "00");
        let asset = gateway.call(TestRequest::get().uri(&old)).await;
        assert_eq!(
            (asset.status.as_u16(), asset.header("cache-control")),
            (200, "no-store")
        );
    }
    let none = gateway
        .call(TestRequest::get().uri("/assets/00/../../Cargo.toml"))
        .await;
    assert_eq!(none.status, 404);
}

#[actix_web::test]
async fn no_log_line_or_referer_carries_a_checkout_id() {
    let gateway = Gateway::new().await;
    let (_, key, secret) = gateway.merchant().await;
    let log = super::harness::Log::default();
    let guard = log.capture();
    for path in ["/checkout", "/checkout/status", "/checkout/events"] {
        let request = TestRequest::get().uri(&format!("{path}?intent={INTENT}"));
        let answer = gateway.call(request).await;
        // intent-service is away, which is logged.
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for path in [format!("/api/v1/intents/{INTENT}"), format!("/{INTENT}")] {
        let request = TestRequest::get()
            .uri(&path)
            .insert_header(("x-client-id", key.clone()))
            .insert_header(("x-client-secret", secret.clone()));
        gateway.call(request).await;
    }
    drop(guard);
    let log = log.text();
    assert!(
        log.contains("/checkout/status") && log.contains("/api/v1/intents/{key}"),
        "{log}"
    );
    for hidden in [INTENT, &secret, &key] {
        assert!(!log.contains(hidden), "{hidden} stands in {log}");
    }
}
