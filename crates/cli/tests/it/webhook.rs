use crate::gateway::{KEY, ask};
use crate::noxpay;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MERCHANT: &str = "01930000-0000-7000-8000-000000000001";
const ENDPOINT: &str = "01930000-0000-7000-8000-000000000007";
const SCOPE: [&str; 4] = ["--merchant", MERCHANT, "--mode", "live"];

fn endpoint() -> Value {
    json!({
        "id": ENDPOINT, "url": "https://shop.example/hook", "description": "the \u{1b}[2Jshop", "event_types": [],
        "profile": "noxpay", "retry": {"name": "custom", "pauses_s": [0, 60]}, "active": true, "state": "active",
        "state_reason": null, "state_since": null, "failing_since": "2026-11-21T05:15:00.000Z", "waiting": 3,
        "public_key": null, "previous_secret_until": "2026-11-22T05:15:00.000Z", "single_signs_with_previous": true,
        "created_at": "2026-11-21T05:15:00.000Z", "secret": "whsec_new",
    })
}

async fn gateway(verb: &str, below: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    mount(&server, verb, below, answer).await;
    server
}

async fn mount(server: &MockServer, verb: &str, below: &str, answer: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(format!("/api/v1/admin/{below}")))
        .and(header("x-master-key", KEY))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_added_with_all_that_was_said() {
    let server = gateway("POST", "webhook-endpoints", ok(endpoint())).await;
    let secret = format!("{}/webhook-secret.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&secret, "whsec_of_another_gateway\n").unwrap();
    let said = [
        "webhook",
        "add",
        "https://shop.example/hook",
        "--profile",
        "payment-gateway",
        "--retry",
        "0,60",
        "--description",
        "the shop",
        "--event",
        "payment.success",
        "--secret-file",
        &secret,
    ];
    let ended = ask(&server, &[&said[..], &SCOPE].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.contains("secret   whsec_new"), "{}", ended.out);
    let asked = server.received_requests().await.unwrap();
    let body: Value = asked[0].body_json().unwrap();
    let expected = json!({
        "url": "https://shop.example/hook", "event_types": ["payment.success"], "description": "the shop",
        "profile": "payment_gateway", "retry": {"pauses_s": [0, 60]}, "secret": "whsec_of_another_gateway",
    });
    assert_eq!(body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_shown_clean_with_what_to_do_next() {
    let below = format!("webhook-endpoints/{ENDPOINT}");
    let server = gateway("GET", &below, ok(endpoint())).await;
    let ended = ask(
        &server,
        &[&["webhook", "show", ENDPOINT][..], &SCOPE].concat(),
    );
    for said in [
        "the ?[2Jshop",
        "active, failing since 2026-11-21 05:15:00Z",
        "after 0, 60 s",
        "signs as well until 2026-11-22",
        "noxpay webhook accept-secret",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_said_is_changed() {
    let server = MockServer::start().await;
    let body =
        json!({ "retry": "noddpay", "event_types": [], "merchant_id": MERCHANT, "mode": "live" });
    Mock::given(method("PATCH"))
        .and(path(format!("/api/v1/admin/webhook-endpoints/{ENDPOINT}")))
        .and(body_json(body))
        .respond_with(ok(endpoint()))
        .mount(&server)
        .await;
    let said = [
        "webhook",
        "update",
        ENDPOINT,
        "--retry",
        "noddpay",
        "--usual-events",
    ];
    let ended = ask(&server, &[&said[..], &SCOPE].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_has_its_route() {
    for (word, verb, below, said) in [
        ("enable", "POST", "/enable", "is sent to again"),
        ("disable", "POST", "/disable", "is disabled"),
        ("delete", "DELETE", "", "is deleted"),
        (
            "accept-secret",
            "POST",
            "/accept-secret",
            "new secret alone",
        ),
        (
            "rotate-secret",
            "POST",
            "/rotate-secret",
            "secret      whsec_new",
        ),
    ] {
        let below = format!("webhook-endpoints/{ENDPOINT}{below}");
        let server = gateway(verb, &below, ok(endpoint())).await;
        let ended = ask(
            &server,
            &[&["webhook", word, ENDPOINT][..], &SCOPE].concat(),
        );
        assert_eq!(ended.code, 0, "{word}: {}", ended.err);
        assert!(ended.out.contains(said), "{word}: {}", ended.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_that_does_not_arrive_fails_with_what_came_back() {
    let below = format!("webhook-endpoints/{ENDPOINT}/ping");
    let answer = json!({
        "outcome": "refused", "status_code": 500, "response_body": "oh\nno", "duration_ms": 12, "message": null,
    });
    let server = gateway("POST", &below, ok(answer)).await;
    let said = [
        "webhook",
        "test",
        ENDPOINT,
        "--now",
        "--data",
        r#"{"n": 1.50}"#,
    ];
    let ended = ask(&server, &[&said[..], &SCOPE].concat());
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (1, "refused 500 in 12 ms\n  oh\n  no\n")
    );
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked[0].body, br#"{"body":{"n": 1.50}}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_is_followed_until_all_is_on_its_way() {
    let job = |done: u64, finished: Value| {
        json!({ "id": ENDPOINT, "endpoint_id": null, "since": "2026-11-20T05:15:00.000Z", "total": 7, "done": done,
                "created_at": "2026-11-21T05:15:00.000Z", "finished_at": finished })
    };
    let started = ResponseTemplate::new(202).set_body_json(job(0, Value::Null));
    let server = gateway("POST", "webhook-deliveries/resend-failed", started).await;
    let progress = format!("webhook-resends/{ENDPOINT}");
    let finished = ok(job(7, "2026-11-21T05:15:02.000Z".into()));
    mount(&server, "GET", &progress, finished).await;
    let said = ["webhook", "resend-failed", "--since", "24h"];
    let ended = ask(&server, &[&said[..], &SCOPE].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(ended.err, "0 of 7\n");
    assert!(
        ended.out.starts_with("7 of 7 are on their way again"),
        "{}",
        ended.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_asked_for_by_all_that_was_said() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/admin/webhook-deliveries"))
        .and(query_param("state", "failed"))
        .and(query_param("endpoint_id", ENDPOINT))
        .and(query_param("event_type", "payment.success"))
        .respond_with(ok(json!({ "deliveries": [] })))
        .mount(&server)
        .await;
    let said = [
        "webhook",
        "deliveries",
        "--state",
        "failed",
        "--endpoint",
        ENDPOINT,
        "--event",
        "payment.success",
    ];
    let ended = ask(&server, &[&said[..], &SCOPE].concat());
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (0, "nothing was sent yet\n")
    );
}

#[test]
fn wrong_words_are_refused_before_anything_is_asked() {
    for wrong in [
        &["webhook", "update", ENDPOINT][..],
        &[
            "webhook",
            "update",
            ENDPOINT,
            "--event",
            "x",
            "--usual-events",
        ],
        &["webhook", "add", "https://x", "--retry", "never"],
        &["webhook", "add", "https://x", "--profile", "stripe"],
        &["webhook", "rotate-secret", ENDPOINT, "--overlap", "604801"],
        &[
            "webhook",
            "rotate-secret",
            ENDPOINT,
            "--overlap",
            "60",
            "--immediately",
        ],
        &["webhook", "test", ENDPOINT, "--data", "[1]"],
        &["webhook", "resend-failed"],
        &["webhook", "resend-failed", "--since", "yesterday"],
        &["webhook", "contacts", "--add", "a@b", "--remove", "a@b"],
        &["listen"],
        &["listen", "--forward-to", "ftp://x"],
        &["listen", "--forward-to", "localhost:1", "--after", "-1"],
    ] {
        assert_eq!(noxpay(wrong, &[]).code, 2, "{wrong:?}");
    }
}
