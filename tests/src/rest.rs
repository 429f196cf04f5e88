//! A client of the REST API, as a merchant or as the operator.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// What the gateway answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body; null where it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body of a call that must have gone well.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }
}

/// A client with its credentials.
#[derive(Clone)]
pub struct Rest {
    http: reqwest::Client,
    base: String,
    headers: HeaderMap,
}

impl Rest {
    /// Without credentials.
    pub fn new(base: impl Into<String>) -> Self {
        runtime::install_crypto();
        #[expect(
            clippy::disallowed_methods,
            reason = "a test calls its own gateway, not a tenant's host"
        )]
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        Self {
            http,
            base: base.into(),
            headers: HeaderMap::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header value");
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    /// A body of exactly these bytes.
    pub async fn post_raw(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send(Method::POST, path, Some(body.into())).await
    }

    /// A body of any kind; `kind` is its content type, if it has one.
    pub async fn post_bytes(&self, path: &str, kind: Option<&str>, body: Vec<u8>) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        let mut request = request.headers(self.headers.clone()).body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a text");
        Answer {
            status,
            headers,
            text,
        }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        self.try_send(method, path, body).await.expect("an answer")
    }

    /// A stream that stays open, such as a page's events; read it with `chunk`.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.base));
        let request = request
            .headers(self.headers.clone())
            .timeout(Duration::from_secs(3600));
        request.send().await.expect("an answer")
    }

    /// `Err` where the gateway is away.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .headers(self.headers.clone());
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer {
            status,
            headers,
            text,
        })
    }
}
