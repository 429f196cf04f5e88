use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Clock;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::value::RawValue;
use sha2::Sha256;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Not as any JSON writer would put it: it must arrive so.
const BODY: &str = r#"{"event": "payment.success",  "amount": 499.00, "né": "\/"}"#;

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The gateway's feed: one event, signed with the session's secret; then nothing new.
struct Feed {
    /// What is added to what is signed.
    forged: &'static str,
}

impl Respond for Feed {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let secret = request.headers["x-noxpay-listen-secret"].to_str().unwrap();
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let at = Clock::new().now().as_second();
        let body = format!("{BODY}{}", self.forged);
        let signed = format!("evt-1.{at}.{body}");
        let headers = serde_json::json!({
            "x-noxpay-signature": hex::encode(hmac(secret.as_bytes(), body.as_bytes())),
            "x-noxpay-timestamp": at.to_string(), "webhook-id": "evt-1", "webhook-timestamp": at.to_string(),
            "webhook-signature": format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes()))),
        });
        let event = format!(
            r#"{{"seq":41,"id":"evt-1","event_type":"payment.success","object_id":"obj-1","sequence":2,"part":0,
                "occurred_at":"2026-11-21T05:15:00.000Z","headers":{headers},"body":{BODY}}}"#
        );
        let page = format!(r#"{{"events":[{event}],"next_after":41,"more":false}}"#);
        ResponseTemplate::new(200).set_body_raw(page, "application/json")
    }
}

async fn gateway(forged: &'static str) -> MockServer {
    let server = MockServer::start().await;
    let feed = |after: &str| {
        Mock::given(method("GET"))
            .and(path("/api/v1/events"))
            .and(header(
                "x-client-id",
                "6f9619ff-8b86-4d01-b42d-00cf4fc964fe",
            ))
            .and(header("x-client-secret", "sk_test_of_this_test"))
            .and(query_param("wait", "25"))
            .and(query_param("types", "payment.success,payment.late"))
            .and(query_param("after", after))
    };
    feed("now")
        .respond_with(Feed { forged })
        .mount(&server)
        .await;
    let quiet = ResponseTemplate::new(200)
        .set_body_raw(
            r#"{"events":[],"next_after":41,"more":false}"#,
            "application/json",
        )
        .set_delay(std::time::Duration::from_secs(25));
    feed("41").respond_with(quiet).mount(&server).await;
    server
}

/// Killed where a test fails.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Listening {
    fn start(gateway: &str, forward_to: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_noxpay"))
            .args(["listen", "--forward-to", forward_to])
            .args(["--events", "payment.success,payment.late"])
            .env_clear()
            .env("NOXPAY_PUBLIC_URL", gateway)
            .env("NOXPAY_CLIENT_ID", "6f9619ff-8b86-4d01-b42d-00cf4fc964fe")
            .env("NOXPAY_CLIENT_SECRET", "sk_test_of_this_test")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// What it printed up to the first event, in lines.
    fn first_event(&mut self) -> Vec<String> {
        let out = BufReader::new(self.0.stdout.take().unwrap());
        let mut lines = Vec::new();
        for line in out.lines() {
            lines.push(line.unwrap());
            if lines.last().unwrap().contains("payment.success") {
                break;
            }
        }
        lines
    }

    /// As Ctrl-C would: the code, and what was said last.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let pid = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        let code = self.0.wait().unwrap().code();
        let said = std::io::read_to_string(self.0.stderr.take().unwrap()).unwrap();
        (code, said)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_bytes_reach_the_local_server_with_genuine_signatures() {
    let (gateway, local) = (gateway("").await, MockServer::start().await);
    Mock::given(method("POST"))
        .and(path("/hook"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&local)
        .await;
    let mut listening = Listening::start(&gateway.uri(), &format!("{}/hook", local.uri()));
    let lines = tokio::task::block_in_place(|| listening.first_event());
    let secret = lines[0].strip_prefix("secret  ").unwrap();
    let told = lines.last().unwrap();
    assert!(
        told.starts_with("2026-11-21 05:15:00Z  payment.success  obj-1  204 in "),
        "{told}"
    );
    let received = &local.received_requests().await.unwrap()[0];
    assert_eq!(received.body, BODY.as_bytes());
    assert!(RawValue::from_string(BODY.to_owned()).is_ok());
    let signature = received.headers["x-noxpay-signature"].to_str().unwrap();
    assert_eq!(
        signature,
        hex::encode(hmac(secret.as_bytes(), BODY.as_bytes()))
    );
    assert_eq!(received.headers["content-type"], "application/json");
    let (code, said) = tokio::task::block_in_place(|| listening.interrupt());
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "ended; --after 41 goes on from here\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_genuine_is_not_handed_on() {
    let (gateway, local) = (gateway(" ").await, MockServer::start().await);
    let mut listening = Listening::start(&gateway.uri(), &local.uri());
    let lines = tokio::task::block_in_place(|| listening.first_event());
    let told = lines.last().unwrap();
    assert!(
        told.ends_with("not handed on: X-NoxPay-Signature does not fit the body"),
        "{told}"
    );
    assert!(local.received_requests().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_server_that_is_away_is_named_and_the_session_goes_on() {
    let gateway = gateway("").await;
    let mut listening = Listening::start(&gateway.uri(), "127.0.0.1:1/hook");
    let lines = tokio::task::block_in_place(|| listening.first_event());
    let told = lines.last().unwrap();
    assert!(
        told.ends_with(
            "nobody takes connections at http://127.0.0.1:1/hook: is your server running?"
        ),
        "{told}"
    );
    let (code, _) = tokio::task::block_in_place(|| listening.interrupt());
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_ends_it_at_once() {
    let gateway = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(401)
                .set_body_raw(r#"{"detail":"Invalid Client Secret"}"#, "application/json"),
        )
        .mount(&gateway)
        .await;
    let mut listening = Listening::start(&gateway.uri(), "127.0.0.1:1");
    let code = tokio::task::block_in_place(|| listening.0.wait())
        .unwrap()
        .code();
    let said = std::io::read_to_string(listening.0.stderr.take().unwrap()).unwrap();
    assert_eq!(code, Some(1));
    assert!(said.contains("refused NOXPAY_CLIENT_ID"), "{said}");
}
