//! The body of a `NoxPay` webhook: one superset of the three shapes that its clients were written for.

mod payment;
mod refund;
mod sign_in;

use super::{Subject, Told};
use crate::rows::endpoints::Endpoint;
use domain::Money;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

pub(super) use sign_in::Person;

/// The word for rupees by UPI in this dialect.
const CURRENCY: &str = "UPI";

/// What `webhook.test` says.
pub(super) const TEST_MESSAGE: &str = "NoxPay Webhook Test Ping";

/// The bytes that are signed and sent.
pub(crate) fn body(told: &Told<'_>) -> Result<String, serde_json::Error> {
    match told.subject {
        Subject::Payment(snapshot) => payment::body(told, snapshot),
        Subject::Refund(snapshot) => refund::body(told, snapshot),
        Subject::SignIn(sign_in) => sign_in::body(told, sign_in),
    }
}

/// An exact JSON number with the currency's decimals.
fn number(m: Money) -> Result<Box<RawValue>, serde_json::Error> {
    RawValue::from_string(m.to_decimal())
}

/// The bytes of `webhook.endpoint_disabled`.
pub(crate) fn endpoint_body(
    id: Uuid,
    at: Timestamp,
    endpoint: &Endpoint,
) -> Result<String, serde_json::Error> {
    let kind = super::MerchantEvent::EndpointDisabled.as_str();
    serde_json::to_string(&serde_json::json!({
        "event": kind,
        "event_type": kind,
        "type": kind,
        "id": id,
        "timestamp": at,
        "livemode": endpoint.live,
        "sequence": 1,
        "part": 0,
        "previous_status": "active",
        "data": {
            "id": endpoint.id,
            "url": endpoint.url,
            "description": endpoint.description,
            "status": endpoint.state,
            "reason": endpoint.state_reason,
            "livemode": endpoint.live,
        },
    }))
}

/// The bytes of `webhook.test`.
pub(crate) fn test_body(
    id: Uuid,
    at: Timestamp,
    live: bool,
    custom: Option<&RawValue>,
) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Test<'a> {
        event: &'static str,
        event_type: &'static str,
        #[serde(rename = "type")]
        kind: &'static str,
        id: Uuid,
        timestamp: Timestamp,
        livemode: bool,
        sequence: i64,
        part: i16,
        previous_status: Option<&'static str>,
        data: TestData<'a>,
    }
    #[derive(Serialize)]
    struct TestData<'a> {
        message: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        custom_data: Option<&'a RawValue>,
        livemode: bool,
    }
    let kind = super::MerchantEvent::Test.as_str();
    serde_json::to_string(&Test {
        event: kind,
        event_type: kind,
        kind,
        id,
        timestamp: at,
        livemode: live,
        sequence: 1,
        part: 0,
        previous_status: None,
        data: TestData {
            message: TEST_MESSAGE,
            custom_data: custom,
            livemode: live,
        },
    })
}
