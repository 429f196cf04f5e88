use crate::admin::{text, time};
use crate::dialect::stored;
use proto::webhook;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// An event on its way to an endpoint.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryBody {
    id: String,
    /// The id that the merchant sees; the same over every attempt.
    event_id: String,
    event_type: String,
    object_id: String,
    /// Counts the object's events.
    sequence: i64,
    endpoint_id: String,
    url: String,
    /// `pending`, `delivered` or `failed`.
    state: String,
    /// It waits for an earlier event of its object.
    held: bool,
    created_at: Option<String>,
    next_attempt_at: Option<String>,
    attempts: Vec<AttemptBody>,
    /// Of one delivery alone: what every attempt carries beside its signatures.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_headers: Option<BTreeMap<String, String>>,
    /// Of one delivery alone: the bytes that are signed and sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct AttemptBody {
    attempt: u32,
    started_at: Option<String>,
    duration_ms: u32,
    url: Option<String>,
    /// `delivered`, `refused`, `unreachable`, `timeout` or `blocked`.
    outcome: String,
    response_code: Option<u32>,
    /// In lists its first 200 characters.
    response_excerpt: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    response_headers: BTreeMap<String, String>,
}

impl DeliveryBody {
    /// With everything that is known.
    pub(crate) fn whole(wire: webhook::Delivery) -> Self {
        let (headers, body) = (wire.request_headers.clone(), wire.body.clone());
        Self {
            request_headers: Some(headers.into_iter().collect()),
            body: stored(body),
            ..Self::from(wire)
        }
    }
}

impl From<webhook::Delivery> for DeliveryBody {
    fn from(wire: webhook::Delivery) -> Self {
        Self {
            next_attempt_at: time(wire.next_attempt_at.as_ref()),
            created_at: time(wire.created_at.as_ref()),
            attempts: wire.attempts.into_iter().map(Into::into).collect(),
            id: wire.id,
            event_id: wire.event_id,
            event_type: wire.event_type,
            object_id: wire.object_id,
            sequence: wire.sequence,
            endpoint_id: wire.endpoint_id,
            url: wire.url,
            state: wire.state,
            held: wire.held,
            request_headers: None,
            body: None,
        }
    }
}

impl From<webhook::Attempt> for AttemptBody {
    fn from(wire: webhook::Attempt) -> Self {
        Self {
            attempt: wire.attempt_no,
            started_at: time(wire.started_at.as_ref()),
            duration_ms: wire.duration_ms,
            url: text(wire.url),
            outcome: wire.outcome,
            response_code: (wire.response_code != 0).then_some(wire.response_code),
            response_excerpt: text(wire.response_excerpt),
            response_headers: wire.response_headers.into_iter().collect(),
        }
    }
}
