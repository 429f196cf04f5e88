//! The same event in the form of another dialect.

mod noddpay;
mod payment_gateway;

#[cfg(test)]
mod tests;

use super::Told;
use super::js::{self, NotJson};
use crate::keyring;
use crate::profile::Profile;
use crate::rows::endpoints::Endpoint;
use crate::rows::events::NewEvent;
use jiff::Timestamp;
use runtime::SealingKeys;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Why a form could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    #[error("the event cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the event {0}")]
    NotJson(#[from] NotJson),
}

/// `None` where the endpoint is sent the event's own bytes.
pub(crate) fn form(
    endpoint: &Endpoint,
    told: &Told<'_>,
    keys: &SealingKeys,
) -> Result<Option<String>, FormError> {
    match endpoint.profile() {
        Profile::NoxPay | Profile::Standard => Ok(None),
        Profile::NoddPay => {
            let unsigned = noddpay::event(told)?;
            Ok(Some(signed(endpoint, unsigned, told.at, keys)))
        }
        Profile::PaymentGateway => payment_gateway::event(told).map(Some),
    }
}

/// The same for `webhook.test`, with what the merchant wants to see in it.
pub(crate) fn test_form(
    endpoint: &Endpoint,
    event: &NewEvent,
    custom: Option<&RawValue>,
    at: Timestamp,
    keys: &SealingKeys,
) -> Result<Option<String>, FormError> {
    /// Each dialect's spelling of the second word.
    #[derive(Serialize)]
    struct Data<'a> {
        message: &'static str,
        #[serde(skip_serializing_if = "Option::is_none", rename = "customData")]
        camel: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none", rename = "custom_data")]
        snake: Option<&'a RawValue>,
        livemode: bool,
        sequence: i64,
        part: i16,
    }
    let camel = endpoint.profile() == Profile::NoddPay;
    let data = Data {
        message: super::body::TEST_MESSAGE,
        camel: custom.filter(|_| camel),
        snake: custom.filter(|_| !camel),
        livemode: event.live,
        sequence: event.sequence,
        part: event.part,
    };
    notice(endpoint, event, &data, at, keys)
}

/// The same for `webhook.endpoint_disabled`, which one endpoint is told of another.
pub(crate) fn endpoint_form(
    endpoint: &Endpoint,
    event: &NewEvent,
    disabled: &Endpoint,
    at: Timestamp,
    keys: &SealingKeys,
) -> Result<Option<String>, FormError> {
    let data = serde_json::json!({
        "id": disabled.id,
        "url": disabled.url,
        "description": disabled.description,
        "status": disabled.state,
        "reason": disabled.state_reason,
        "livemode": disabled.live,
        "sequence": event.sequence,
        "part": event.part,
    });
    notice(endpoint, event, &data, at, keys)
}

/// A body of the caller's own, so written that the endpoint's receivers can verify it.
///
/// # Errors
/// It is not JSON.
pub(crate) fn own_body(profile: Profile, body: &str) -> Result<Cow<'_, str>, NotJson> {
    match profile {
        Profile::NoxPay | Profile::Standard => Ok(Cow::Borrowed(body)),
        Profile::NoddPay | Profile::PaymentGateway => js::normal(body).map(Cow::Owned),
    }
}

/// What is about no payment.
fn notice<D: Serialize>(
    endpoint: &Endpoint,
    event: &NewEvent,
    data: &D,
    at: Timestamp,
    keys: &SealingKeys,
) -> Result<Option<String>, FormError> {
    match endpoint.profile() {
        Profile::NoxPay | Profile::Standard => Ok(None),
        Profile::NoddPay => {
            let unsigned =
                noddpay::written(event.id, event.event_type, at, event.merchant_id, data)?;
            Ok(Some(signed(endpoint, unsigned, at, keys)))
        }
        Profile::PaymentGateway => {
            let about = payment_gateway::About {
                kind: event.event_type,
                id: event.id,
                livemode: event.live,
                sequence: event.sequence,
                part: event.part,
                previous_status: None,
            };
            payment_gateway::written(about, at, data).map(Some)
        }
    }
}

/// Where the secret does not open, the body goes without its signature: what concerns one endpoint must not hold up what others
/// are told. No attempt succeeds until the secret opens, and then the header signs.
fn signed(endpoint: &Endpoint, unsigned: String, at: Timestamp, keys: &SealingKeys) -> String {
    match keyring::open(keys, endpoint.id, endpoint.profile(), &endpoint.keys(), at) {
        Ok(signer) => noddpay::with_signature(unsigned, &signer),
        Err(error) => {
            tracing::error!(%error, endpoint = %endpoint.id, "an endpoint's secret does not open");
            unsigned
        }
    }
}

/// As JavaScript's `toISOString` writes a time.
fn iso(at: Timestamp) -> String {
    format!("{at:.3}")
}
