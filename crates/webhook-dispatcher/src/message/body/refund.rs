//! About a refund. The flat fields of a payment's proof are left out: no client may take a refund for one.

use super::{CURRENCY, number};
use crate::message::Told;
use domain::OrderId;
use domain::event::{RefundSnapshot, RefundStatus};
use domain::ids::{IntentId, MerchantId, RefundId};
use domain::text::{Reason, ShortText};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
struct Body<'a> {
    event: &'static str,
    event_type: &'static str,
    intent_id: IntentId,
    order_id: &'a OrderId,
    /// What is given back.
    amount: Box<RawValue>,
    currency: &'static str,
    status: RefundStatus,
    livemode: bool,
    #[serde(rename = "type")]
    kind: &'static str,
    id: Uuid,
    timestamp: Timestamp,
    /// Gapless over what happens to the refund.
    sequence: i64,
    part: i16,
    previous_status: Option<RefundStatus>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: RefundId,
    intent_id: IntentId,
    order_id: &'a OrderId,
    merchant_id: MerchantId,
    amount: Box<RawValue>,
    currency: &'static str,
    reason: Option<&'a Reason>,
    status: RefundStatus,
    failure_reason: Option<&'a ShortText>,
    /// The reference of the money that went back, as the bank printed it.
    utr: Option<&'a str>,
    sequence: i64,
    created_at: Timestamp,
    processed_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    livemode: bool,
}

pub(super) fn body(told: &Told<'_>, s: &RefundSnapshot) -> Result<String, serde_json::Error> {
    let event = told.kind.as_str();
    serde_json::to_string(&Body {
        event,
        event_type: event,
        intent_id: s.intent_id,
        order_id: &s.order_id,
        amount: number(s.amount)?,
        currency: CURRENCY,
        status: s.status,
        livemode: s.live,
        kind: event,
        id: told.id,
        timestamp: told.at,
        sequence: s.sequence,
        part: told.part,
        previous_status: s.previous_status,
        data: Data {
            id: s.refund_id,
            intent_id: s.intent_id,
            order_id: &s.order_id,
            merchant_id: s.merchant_id,
            amount: number(s.amount)?,
            currency: CURRENCY,
            reason: s.reason.as_ref(),
            status: s.status,
            failure_reason: s.failure.as_ref(),
            utr: s.reference.as_deref(),
            sequence: s.sequence,
            created_at: s.created_at,
            processed_at: s.processed_at,
            failed_at: s.failed_at,
            livemode: s.live,
        },
    })
}
