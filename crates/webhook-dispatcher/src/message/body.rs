//! The body of a `NoxPay` webhook: one superset of the three shapes that its clients were written for.

use super::Told;
use crate::rows::endpoints::Endpoint;
use domain::Money;
use domain::dialect::noxpay_status;
use domain::ids::{IntentId, MerchantId};
use domain::matching::Rung;
use domain::{OrderId, StatusName};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
struct Body<'a> {
    /// Clients of the README read `event` and `data`.
    event: &'static str,
    /// Clients of the documentation read the flat fields.
    event_type: &'static str,
    intent_id: IntentId,
    order_id: &'a OrderId,
    amount: Box<RawValue>,
    currency: &'static str,
    status: &'static str,
    transaction_hash: Option<&'a str>,
    verified_at: Option<Timestamp>,
    livemode: bool,
    /// Clients of Standard Webhooks read `type`, `timestamp` and `data`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The event's, stable over every attempt: also in `webhook-id`.
    id: Uuid,
    timestamp: Timestamp,
    /// Gapless over what happens to the intent; the webhooks of one happening share it and differ in `part`.
    sequence: i64,
    part: i16,
    previous_status: Option<StatusName>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: IntentId,
    order_id: &'a OrderId,
    merchant_id: MerchantId,
    amount: Box<RawValue>,
    payable_amount: Box<RawValue>,
    adjustment: Box<RawValue>,
    received_amount: Box<RawValue>,
    excess_amount: Box<RawValue>,
    currency: &'static str,
    status: &'static str,
    /// The state's own name, which says more than `status`.
    sub_status: StatusName,
    previous_sub_status: Option<StatusName>,
    is_flagged: bool,
    flag_reason: Option<&'static str>,
    /// How the state was proved: `code`, `reserved_amount`, …, or `merchant_word`.
    proof: Option<Rung>,
    late: bool,
    /// The reference of the payment that completed it, as the bank printed it.
    utr: Option<&'a str>,
    utrs: Vec<&'a str>,
    payer_vpa: Option<&'a str>,
    metadata: Option<&'a RawValue>,
    /// Gapless per intent: tells later from earlier, whatever order webhooks arrive in.
    sequence: i64,
    created_at: Timestamp,
    expires_at: Timestamp,
    paid_at: Option<Timestamp>,
    settled_at: Option<Timestamp>,
    livemode: bool,
}

/// The word for rupees by UPI in this dialect.
const CURRENCY: &str = "UPI";

/// What `webhook.test` says.
pub(super) const TEST_MESSAGE: &str = "NoxPay Webhook Test Ping";

/// The bytes that are signed and sent.
pub(crate) fn body(told: &Told<'_>) -> Result<String, serde_json::Error> {
    let (event, s) = (told.kind, told.snapshot);
    let utrs = told.references();
    let status = noxpay_status(s.status);
    serde_json::to_string(&Body {
        event: event.as_str(),
        event_type: event.as_str(),
        intent_id: s.intent_id,
        order_id: &s.order_id,
        amount: number(s.amount)?,
        currency: CURRENCY,
        status,
        transaction_hash: utrs.last().copied(),
        verified_at: s.settled_at,
        livemode: s.live,
        kind: event.as_str(),
        id: told.id,
        timestamp: told.at,
        sequence: s.sequence,
        part: told.part,
        previous_status: s.previous_status,
        data: Data {
            id: s.intent_id,
            order_id: &s.order_id,
            merchant_id: s.merchant_id,
            amount: number(s.amount)?,
            payable_amount: number(s.payable)?,
            adjustment: number(s.adjustment)?,
            received_amount: number(s.received)?,
            excess_amount: number(s.excess)?,
            currency: CURRENCY,
            status,
            sub_status: s.status,
            previous_sub_status: s.previous_status,
            is_flagged: told.is_flagged(),
            flag_reason: s.review_reason.map(|r| r.as_str()),
            proof: s.proof,
            late: s.late,
            utr: utrs.last().copied(),
            payer_vpa: told.payer_vpa(),
            utrs,
            metadata: s.metadata.as_deref(),
            sequence: s.sequence,
            created_at: s.created_at,
            expires_at: s.expires_at,
            paid_at: s.paid_at,
            settled_at: s.settled_at,
            livemode: s.live,
        },
    })
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
