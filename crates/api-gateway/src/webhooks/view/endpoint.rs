use crate::admin::{text, time};
use crate::webhooks::input::profile_name;
use proto::webhook;
use serde::Serialize;

/// A webhook endpoint, without its secret.
#[derive(Debug, Serialize)]
pub(crate) struct EndpointBody {
    id: String,
    url: String,
    description: String,
    /// Empty for the default set.
    event_types: Vec<String>,
    profile: &'static str,
    retry: Option<RetryBody>,
    /// Whether it is sent to.
    active: bool,
    /// `active`, `disabled` or `deleted`.
    state: String,
    /// `merchant`, `gone` or `failing`.
    state_reason: Option<String>,
    state_since: Option<String>,
    /// Since when nothing has succeeded.
    failing_since: Option<String>,
    /// Deliveries that wait, counted up to 1000.
    waiting: u32,
    /// Checks `v1a` signatures.
    public_key: Option<String>,
    /// Until then the secret before the last rotation signs as well.
    previous_secret_until: Option<String>,
    /// Headers of one signature still go by that secret.
    single_signs_with_previous: bool,
    created_at: Option<String>,
    /// Shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Debug, Serialize)]
struct RetryBody {
    name: String,
    /// Of `custom`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pauses_s: Vec<u32>,
}

impl EndpointBody {
    pub(crate) fn with_secret(self, secret: String) -> Self {
        Self {
            secret: Some(secret),
            ..self
        }
    }
}

impl From<webhook::Endpoint> for EndpointBody {
    fn from(wire: webhook::Endpoint) -> Self {
        Self {
            profile: profile_name(wire.profile()),
            state_since: time(wire.state_since.as_ref()),
            failing_since: time(wire.failing_since.as_ref()),
            previous_secret_until: time(wire.previous_until.as_ref()),
            created_at: time(wire.created_at.as_ref()),
            id: wire.id,
            url: wire.url,
            description: wire.description,
            event_types: wire.event_types,
            retry: wire.retry.map(|retry| RetryBody {
                name: retry.name,
                pauses_s: retry.pauses_s,
            }),
            active: wire.active,
            state: wire.state,
            state_reason: text(wire.state_reason),
            waiting: wire.waiting,
            public_key: text(wire.public_key),
            single_signs_with_previous: wire.single_signs_with_previous,
            secret: None,
        }
    }
}

/// What an endpoint answered at once.
#[derive(Debug, Serialize)]
pub(crate) struct PingBody {
    /// `delivered`, `refused`, `unreachable`, `timeout` or `blocked`.
    outcome: String,
    status_code: Option<u32>,
    response_body: String,
    duration_ms: u32,
    /// What went wrong where no answer came.
    message: Option<String>,
}

impl From<webhook::PingResponse> for PingBody {
    fn from(wire: webhook::PingResponse) -> Self {
        Self {
            outcome: wire.outcome,
            status_code: (wire.status_code != 0).then_some(wire.status_code),
            response_body: wire.response_body,
            duration_ms: wire.duration_ms,
            message: text(wire.message),
        }
    }
}
