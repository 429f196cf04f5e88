//! About a payment.

use super::{CURRENCY, number};
use crate::message::Told;
use crate::message::subject::{is_flagged, payer_vpa, references};
use domain::dialect::noxpay_status;
use domain::event::IntentSnapshot;
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

pub(super) fn body(told: &Told<'_>, s: &IntentSnapshot) -> Result<String, serde_json::Error> {
    let event = told.kind;
    let utrs = references(s);
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
            is_flagged: is_flagged(s),
            flag_reason: s.review_reason.map(|r| r.as_str()),
            proof: s.proof,
            late: s.late,
            utr: utrs.last().copied(),
            payer_vpa: payer_vpa(s),
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
