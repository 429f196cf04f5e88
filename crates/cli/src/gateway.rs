//! The gateway over HTTP: its admin routes, or a merchant's own.

mod problem;

use crate::failure::Failure;
use crate::settings::{GatewaySettings, MerchantKey};
use problem::Problem;
use reqwest::{Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::time::Duration;
use url::Url;

const CONNECT: Duration = Duration::from_secs(5);
/// Longer than the gateway gives its own calls.
const ANSWER: Duration = Duration::from_secs(30);

/// A client with a key.
pub(crate) struct Gateway {
    http: reqwest::Client,
    base: Url,
    key: Key,
}

enum Key {
    Admin(SecretString),
    Merchant(MerchantKey),
}

/// Why there is no answer to work with.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// It may be there again soon.
    Away(Failure),
    Refused(Failure),
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Away(failure) | Unanswered::Refused(failure) => failure,
        }
    }
}

/// A successful answer, byte for byte: amounts keep their form.
pub(crate) struct Answer {
    body: Box<RawValue>,
}

impl Answer {
    /// What a script gets.
    pub(crate) fn raw(&self) -> &RawValue {
        &self.body
    }

    /// What is shown to people. An answer that lacks something needed is not of this version's gateway.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(self.body.get()).map_err(|error| {
            Failure::failed(format!(
                "the gateway answered something else than expected ({error}): is it of the same version as this command?"
            ))
        })
    }
}

impl Gateway {
    pub(crate) fn new(settings: GatewaySettings) -> Result<Self, Failure> {
        Ok(Self {
            http: client()?,
            base: settings.url,
            key: Key::Admin(settings.key),
        })
    }

    /// For a merchant's own routes, with his own credentials.
    pub(crate) fn of_merchant(url: Url, key: MerchantKey) -> Result<Self, Failure> {
        Ok(Self {
            http: client()?,
            base: url,
            key: Key::Merchant(key),
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &Url {
        &self.base
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// `path` is below `/api/v1/admin/`, of ids that were parsed and words of ours.
    pub(crate) async fn get(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Answer, Failure> {
        let request = self.request(Method::GET, path, query)?;
        self.send(request).await
    }

    /// The same for an answer that may take its time, with a header that keeps a secret out of the address.
    pub(crate) async fn poll(
        &self,
        path: &str,
        query: &[(&str, String)],
        (name, secret): (&'static str, &str),
        patience: Duration,
    ) -> Result<Answer, Unanswered> {
        let request = self.request(Method::GET, path, query);
        let request = request.map_err(Unanswered::Refused)?;
        let value = sensitive(secret, name).map_err(Unanswered::Refused)?;
        self.ask(request.header(name, value).timeout(patience))
            .await
    }

    /// `body` is a JSON object.
    pub(crate) async fn post(
        &self,
        path: &str,
        query: &[(&str, String)],
        body: &impl Serialize,
    ) -> Result<Answer, Failure> {
        let request = self.request(Method::POST, path, query)?.json(body);
        self.send(request).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        let request = self.request(Method::PATCH, path, &[])?.json(body);
        self.send(request).await
    }

    pub(crate) async fn delete(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Answer, Failure> {
        let request = self.request(Method::DELETE, path, query)?;
        self.send(request).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<reqwest::RequestBuilder, Failure> {
        let prefix = match &self.key {
            Key::Admin(_) => "api/v1/admin",
            Key::Merchant(_) => "api/v1",
        };
        let path = format!("{prefix}/{path}");
        let mut url = self.base.join(&path).map_err(Failure::failed)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.http.request(method, url);
        Ok(match &self.key {
            Key::Admin(key) => {
                let key = sensitive(key.expose_secret(), "NOXPAY_ADMIN_KEY")?;
                request.header("X-Master-Key", key)
            }
            Key::Merchant(key) => {
                let secret = sensitive(key.secret.expose_secret(), "NOXPAY_CLIENT_SECRET")?;
                let id = sensitive(&key.client_id, "NOXPAY_CLIENT_ID")?;
                request
                    .header("X-Client-ID", id)
                    .header("X-Client-Secret", secret)
            }
        })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        Ok(self.ask(request).await?)
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Answer, Unanswered> {
        let away = |error: reqwest::Error| Unanswered::Away(self.unreachable(&error));
        let answer = request.send().await.map_err(away)?;
        let status = answer.status();
        let retry_after = header_text(&answer, header::RETRY_AFTER);
        let body = answer.text().await.map_err(away)?;
        if !status.is_success() {
            let failure = self.refused(status, retry_after, &body);
            return Err(match status {
                StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => Unanswered::Away(failure),
                _ => Unanswered::Refused(failure),
            });
        }
        let body = if body.trim().is_empty() {
            "null"
        } else {
            &body
        };
        match serde_json::from_str(body) {
            Ok(body) => Ok(Answer { body }),
            Err(_) => Err(Unanswered::Refused(self.no_gateway())),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let what = if error.is_timeout() {
            "does not answer"
        } else {
            "cannot be reached"
        };
        Failure::failed(format!(
            "the gateway at {} {what}: is it running? (noxpay doctor; --url or NOXPAY_PUBLIC_URL say where it is)",
            self.base
        ))
    }

    fn no_gateway(&self) -> Failure {
        Failure::failed(format!(
            "what answers at {} is not a NoxPay gateway: --url or NOXPAY_PUBLIC_URL say where it is",
            self.base
        ))
    }

    fn refused(&self, status: StatusCode, retry_after: Option<String>, body: &str) -> Failure {
        let Key::Admin(_) = self.key else {
            return self.refused_merchant(status, body);
        };
        let Some(problem) = Problem::parse(body) else {
            return if status == StatusCode::NOT_FOUND || status.is_redirection() {
                self.no_gateway()
            } else {
                Failure::failed(format!("the gateway answered {status}"))
            };
        };
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::failed(format!(
                "the gateway at {} refused the admin key: NOXPAY_ADMIN_KEY must be that of this installation",
                self.base
            )),
            _ => Failure::failed(problem.sentence(retry_after.as_deref())),
        }
    }

    fn refused_merchant(&self, status: StatusCode, body: &str) -> Failure {
        match (status, problem::detail(body)) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Failure::failed(format!(
                "the gateway at {} refused NOXPAY_CLIENT_ID and NOXPAY_CLIENT_SECRET: are they of this installation, and not revoked?",
                self.base
            )),
            (_, Some(detail)) => Failure::failed(detail),
            (_, None) if status.is_redirection() => self.no_gateway(),
            (_, None) => Failure::failed(format!("the gateway answered {status}")),
        }
    }
}

/// `name` is what is told where no header may have it.
fn sensitive(text: &str, name: &str) -> Result<header::HeaderValue, Failure> {
    let mut value = header::HeaderValue::from_str(text)
        .map_err(|_| Failure::usage(format!("{name}: has characters that no header may have")))?;
    value.set_sensitive(true);
    Ok(value)
}

fn header_text(answer: &reqwest::Response, name: header::HeaderName) -> Option<String> {
    let value = answer.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// No redirects, which would carry the key elsewhere, and no proxies: what is asked is often this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the operator's own gateway, not a host that a tenant named"
)]
pub(crate) fn client() -> Result<reqwest::Client, Failure> {
    runtime::install_crypto();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .user_agent(concat!("noxpay/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(Failure::failed)
}
