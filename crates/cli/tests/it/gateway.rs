use crate::{Ended, noxpay};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const KEY: &str = "an-admin-key-for-tests-long-enough-for-all";

pub(crate) fn ask(server: &MockServer, arguments: &[&str]) -> Ended {
    let settings = [
        ("NOXPAY_PUBLIC_URL", server.uri()),
        ("NOXPAY_ADMIN_KEY", KEY.to_owned()),
        // The machine's proxy is none of our business.
        ("http_proxy", "http://127.0.0.1:1".to_owned()),
        ("HTTP_PROXY", "http://127.0.0.1:1".to_owned()),
    ];
    let settings: Vec<_> = settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
    // The server answers on another thread of this test's runtime.
    tokio::task::block_in_place(|| noxpay(arguments, &settings))
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/admin/merchants"))
        .and(header("x-master-key", KEY))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_the_answer_byte_for_byte() {
    let body = r#"{"merchants":[{"id":"01930000-0000-7000-8000-000000000001","name":"Shop","active":true,"rate_limit_rpm":10.00,"created_at":"2026-11-21T05:15:00.000Z"}]}"#;
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    let server = answering(answer).await;
    let script = ask(&server, &["merchant", "list", "--json"]);
    assert_eq!((script.code, script.out), (0, format!("{body}\n")));
    let people = ask(&server, &["merchant", "list"]);
    assert!(
        people
            .out
            .contains("01930000-0000-7000-8000-000000000001  Shop  yes")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_one_clean_line() {
    let body = r#"{"title":"Conflict","detail":"is\u001b[2J\nregistered","field":"vpa","code":"conflict"}"#;
    let answer = ResponseTemplate::new(409).set_body_raw(body, "application/problem+json");
    let ended = ask(&answering(answer).await, &["merchant", "list"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.err, "noxpay: vpa is?[2J?registered (conflict)\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_never_carries_the_key_elsewhere() {
    let elsewhere = MockServer::start().await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str());
    let ended = ask(&answering(answer).await, &["merchant", "list"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("is not a NoxPay gateway"),
        "{}",
        ended.err
    );
    assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_programs_page_is_not_taken_for_an_answer() {
    let answer = ResponseTemplate::new(200).set_body_raw("<html>hello</html>", "text/html");
    let ended = ask(&answering(answer).await, &["merchant", "list"]);
    assert!(
        ended.err.contains("is not a NoxPay gateway"),
        "{}",
        ended.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_without_it() {
    let body =
        r#"{"title":"Unauthorized","detail":"the admin key is wrong","code":"unauthenticated"}"#;
    let answer = ResponseTemplate::new(401).set_body_raw(body, "application/problem+json");
    let ended = ask(&answering(answer).await, &["merchant", "list"]);
    assert!(ended.err.contains("refused the admin key"), "{}", ended.err);
    assert!(!ended.err.contains(KEY));
}
