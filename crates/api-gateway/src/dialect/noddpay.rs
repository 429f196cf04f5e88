//! The `NoddPay` interface, as far as webhooks go.

use super::{attempts, last_error, stored};
use crate::admin::time;
use proto::webhook::Delivery;
use serde::Serialize;
use serde_json::value::RawValue;

/// An event that was given up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedEvent {
    event_id: String,
    event_type: String,
    attempts: usize,
    last_attempt: Option<String>,
    last_error: Option<String>,
    payload: Option<Box<RawValue>>,
}

impl From<Delivery> for FailedEvent {
    fn from(delivery: Delivery) -> Self {
        let (attempts, last) = attempts(&delivery);
        Self {
            attempts,
            last_attempt: last.and_then(|attempt| time(attempt.started_at.as_ref())),
            last_error: last.and_then(last_error),
            event_id: delivery.event_id,
            event_type: delivery.event_type,
            payload: stored(delivery.body),
        }
    }
}
