//! A provider of access tokens: it takes refresh tokens, and gives tokens that the test servers' Dovecot believes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac as _};
use proto::mail;
use serde_json::json;
use sha2::Sha256;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use testkit::{TestMailbox, env};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const CLIENT: &str = "client-1";
pub(crate) const SECRET: &str = "client secret & more";

/// How it answers; tests change it while the service runs.
pub(crate) struct Answers {
    address: String,
    /// The refresh token that is taken; each use replaces it where `rotating`.
    pub(crate) valid: Mutex<String>,
    pub(crate) rotating: bool,
    /// How long the tokens live…
    pub(crate) lives_s: AtomicI64,
    /// … and what is said of it.
    pub(crate) said_s: AtomicI64,
    pub(crate) asked: AtomicUsize,
}

pub(crate) struct TokenProvider {
    server: MockServer,
    pub(crate) answers: Arc<Answers>,
}

struct Responder(Arc<Answers>);

impl TokenProvider {
    /// For one mailbox; the first refresh token is `refresh-0`.
    pub(crate) async fn start(mailbox: &TestMailbox, rotating: bool) -> Self {
        let answers = Arc::new(Answers {
            address: mailbox.address().to_owned(),
            valid: Mutex::new("refresh-0".to_owned()),
            rotating,
            lives_s: AtomicI64::new(3600),
            said_s: AtomicI64::new(3600),
            asked: AtomicUsize::new(0),
        });
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/token"))
            .respond_with(Responder(answers.clone()))
            .mount(&server)
            .await;
        Self { server, answers }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/token", self.server.uri())
    }

    /// The mailbox, logged in to with this provider's tokens.
    pub(crate) fn added(&self, mailbox: &TestMailbox) -> mail::AddMailboxRequest {
        mail::AddMailboxRequest {
            password: String::new(),
            oauth2: Some(mail::OAuth2 {
                provider: "custom".to_owned(),
                token_url: self.url(),
                client_id: CLIENT.to_owned(),
                client_secret: SECRET.to_owned(),
                refresh_token: "refresh-0".to_owned(),
                scope: "mail".to_owned(),
            }),
            ..crate::stack::added(mailbox)
        }
    }

    pub(crate) fn asked(&self) -> usize {
        self.answers.asked.load(Ordering::SeqCst)
    }
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let answers = &self.0;
        let asked = answers.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
            .into_owned()
            .collect();
        let field = |name: &str| {
            let found = form.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.as_str()).unwrap_or_default()
        };
        assert_eq!(field("grant_type"), "refresh_token");
        assert_eq!(field("scope"), "mail");
        let error =
            |status, error| ResponseTemplate::new(status).set_body_json(json!({ "error": error }));
        if (field("client_id"), field("client_secret")) != (CLIENT, SECRET) {
            return error(401, "invalid_client");
        }
        let mut valid = answers.valid.lock().unwrap();
        if field("refresh_token") != *valid {
            return error(400, "invalid_grant");
        }
        let mut answer = json!({
            "access_token": token(&answers.address, answers.lives_s.load(Ordering::SeqCst)),
            "expires_in": answers.said_s.load(Ordering::SeqCst),
            "token_type": "Bearer",
        });
        if answers.rotating {
            *valid = format!("refresh-{asked}");
            answer["refresh_token"] = valid.as_str().into();
        }
        ResponseTemplate::new(200).set_body_json(answer)
    }
}

/// A JWT (RFC 7519) about `address`.
fn token(address: &str, lives_s: i64) -> String {
    let key = env::servers_dir().join("dovecot/token-keys/default/HS256/default");
    let key = std::fs::read_to_string(key).unwrap();
    let key = STANDARD.decode(key.trim()).unwrap();
    let now = domain::Clock::new().now().as_second();
    let claims = json!({ "sub": address, "iat": now, "nbf": now - 5, "exp": now + lives_s });
    let head = json!({ "alg": "HS256", "typ": "JWT" });
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}
