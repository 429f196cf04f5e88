use http::{Method, Request, StatusCode, header};
use runtime::Egress;
use runtime::egress::{Bytes, EgressError, Excess, HttpClient, HttpOptions};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::time::{Duration, Instant};
use url::form_urlencoded::Serializer;

/// For a whole request, shorter than what a caller of a mailbox's test waits.
const TIMEOUT: Duration = Duration::from_secs(6);
/// How long a token lasts whose answer does not say so (RFC 6749, 5.1, leaves it open).
const USUAL_LIFE: Duration = Duration::from_secs(3600);
/// So much earlier than it ends a token counts as over: it must outlive the login.
const MARGIN: Duration = Duration::from_secs(60);

/// What is shown to a token endpoint.
pub(crate) struct Client {
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) refresh_token: SecretString,
    pub(crate) scope: Option<String>,
}

/// What a token endpoint gave.
pub(crate) struct Granted {
    pub(crate) access_token: SecretString,
    /// From then on another is to be fetched.
    pub(crate) until: Instant,
    /// The refresh token from now on, where it is another.
    pub(crate) refresh_token: Option<SecretString>,
}

/// Why there is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefreshError {
    /// The provider refused the client or the refresh token: no retry will help.
    #[error("the provider refused the refresh token")]
    Refused,
    #[error("the provider gave no access token")]
    Away,
}

/// Fetches access tokens, through the guard that every host of a tenant's goes through.
#[derive(Clone)]
pub(crate) struct TokenEndpoint(HttpClient);

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<serde_json::Value>,
    refresh_token: Option<String>,
    /// RFC 6749, 5.2.
    error: Option<String>,
}

impl TokenEndpoint {
    pub(crate) fn new(egress: &Egress) -> Result<Self, EgressError> {
        let options = HttpOptions {
            timeout: TIMEOUT,
            excess: Excess::Refuse,
            ..HttpOptions::default()
        };
        egress.http(&options).map(Self)
    }

    /// RFC 6749, 6: the client's id and secret stand in the body, as both large providers want it.
    pub(super) async fn refresh(&self, client: &Client) -> Result<Granted, RefreshError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&client.token_url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Bytes::from(form(client)))
            .map_err(|_| RefreshError::Away)?;
        let asked_at = Instant::now();
        let answer = self.0.send(request).await.map_err(|error| {
            tracing::warn!(code = error.code(), "the token endpoint was not reached");
            RefreshError::Away
        })?;
        understand(answer.status(), answer.body(), asked_at)
    }
}

fn form(client: &Client) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", client.refresh_token.expose_secret())
        .append_pair("client_id", &client.client_id);
    if let Some(secret) = &client.client_secret {
        form.append_pair("client_secret", secret.expose_secret());
    }
    if let Some(scope) = &client.scope {
        form.append_pair("scope", scope);
    }
    form.finish()
}

pub(super) fn understand(
    status: StatusCode,
    body: &[u8],
    asked_at: Instant,
) -> Result<Granted, RefreshError> {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let passing = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
    );
    let refused = answer.as_ref().is_some_and(|a| {
        // These two may come with a 400 as well.
        !matches!(
            a.error.as_deref(),
            None | Some("temporarily_unavailable" | "server_error")
        )
    });
    match answer {
        Some(Answer {
            access_token: Some(access_token),
            expires_in,
            refresh_token,
            ..
        }) if status.is_success() && is_token(&access_token) => Ok(Granted {
            access_token: access_token.into(),
            until: asked_at + usable(expires_in.as_ref()),
            refresh_token: refresh_token
                .filter(|t| !t.is_empty())
                .map(SecretString::from),
        }),
        _ if status.is_client_error() && !passing && refused => Err(RefreshError::Refused),
        _ => {
            tracing::warn!(status = status.as_u16(), "the token endpoint gave no token");
            Err(RefreshError::Away)
        }
    }
}

/// RFC 6750, 2.1: anything else could break out of its field.
fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

/// A number of seconds; some servers write it as text.
fn usable(expires_in: Option<&serde_json::Value>) -> Duration {
    let seconds = expires_in.and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()));
    let life = seconds.map_or(USUAL_LIFE, |s| Duration::from_secs(s.min(86_400)));
    life.saturating_sub(MARGIN.min(life / 2))
}
