use super::{text, time};
use proto::webhook;
use serde::Serialize;

/// A webhook endpoint, without its secret.
#[derive(Serialize)]
pub(crate) struct EndpointBody {
    id: String,
    url: String,
    /// Empty for the default set.
    event_types: Vec<String>,
    active: bool,
    created_at: Option<String>,
    /// Shown once, when the endpoint is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
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
            created_at: time(wire.created_at.as_ref()),
            id: wire.id,
            url: wire.url,
            event_types: wire.event_types,
            active: wire.active,
            secret: None,
        }
    }
}

/// An event on its way to an endpoint.
#[derive(Serialize)]
pub(crate) struct DeliveryBody {
    id: String,
    /// The id that the merchant sees; the same over every attempt.
    event_id: String,
    event_type: String,
    object_id: String,
    endpoint_id: String,
    url: String,
    /// `pending`, `delivered` or `failed`.
    state: String,
    next_attempt_at: Option<String>,
    attempts: Vec<AttemptBody>,
}

#[derive(Serialize)]
struct AttemptBody {
    attempt: u32,
    started_at: Option<String>,
    duration_ms: u32,
    outcome: String,
    response_code: Option<u32>,
    response_excerpt: Option<String>,
}

impl From<webhook::Delivery> for DeliveryBody {
    fn from(wire: webhook::Delivery) -> Self {
        Self {
            next_attempt_at: time(wire.next_attempt_at.as_ref()),
            attempts: wire.attempts.into_iter().map(Into::into).collect(),
            id: wire.id,
            event_id: wire.event_id,
            event_type: wire.event_type,
            object_id: wire.object_id,
            endpoint_id: wire.endpoint_id,
            url: wire.url,
            state: wire.state,
        }
    }
}

impl From<webhook::Attempt> for AttemptBody {
    fn from(wire: webhook::Attempt) -> Self {
        Self {
            attempt: wire.attempt_no,
            started_at: time(wire.started_at.as_ref()),
            duration_ms: wire.duration_ms,
            outcome: wire.outcome,
            response_code: (wire.response_code != 0).then_some(wire.response_code),
            response_excerpt: text(wire.response_excerpt),
        }
    }
}
