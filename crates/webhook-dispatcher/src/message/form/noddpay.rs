//! `NoddPay`'s body. Some of its receivers verify the bytes that came, others the bytes that they make anew from the parsed
//! body, so the body is one that JavaScript would write the same way.

use super::{FormError, iso};
use crate::message::{Signer, Told, js};
use domain::ids::IntentId;
use domain::matching::Rung;
use domain::{Money, OrderId, StatusName};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, D> {
    event_type: &'a str,
    event_id: Uuid,
    timestamp: String,
    /// The merchant.
    partner_id: Uuid,
    data: &'a D,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    payment_id: IntentId,
    order_id: &'a OrderId,
    amount: Box<RawValue>,
    payable_amount: Box<RawValue>,
    adjustment: Box<RawValue>,
    received_amount: Box<RawValue>,
    excess_amount: Box<RawValue>,
    currency: &'static str,
    status: StatusName,
    previous_status: Option<StatusName>,
    is_flagged: bool,
    flag_reason: Option<&'static str>,
    proof: Option<Rung>,
    late: bool,
    reference: Option<&'a str>,
    references: Vec<&'a str>,
    payer_vpa: Option<&'a str>,
    metadata: Option<&'a RawValue>,
    sequence: i64,
    part: i16,
    livemode: bool,
    created_at: String,
    expires_at: String,
    paid_at: Option<String>,
    settled_at: Option<String>,
}

/// Without its signature.
pub(super) fn payment(told: &Told<'_>) -> Result<String, FormError> {
    let s = told.snapshot;
    let references = told.references();
    let data = Payment {
        payment_id: s.intent_id,
        order_id: &s.order_id,
        amount: number(s.amount)?,
        payable_amount: number(s.payable)?,
        adjustment: number(s.adjustment)?,
        received_amount: number(s.received)?,
        excess_amount: number(s.excess)?,
        currency: s.amount.currency().code(),
        status: s.status,
        previous_status: s.previous_status,
        is_flagged: told.is_flagged(),
        flag_reason: s.review_reason.map(|r| r.as_str()),
        proof: s.proof,
        late: s.late,
        reference: references.last().copied(),
        references,
        payer_vpa: told.payer_vpa(),
        metadata: s.metadata.as_deref(),
        sequence: s.sequence,
        part: told.part,
        livemode: s.live,
        created_at: iso(s.created_at),
        expires_at: iso(s.expires_at),
        paid_at: s.paid_at.map(iso),
        settled_at: s.settled_at.map(iso),
    };
    written(
        told.id,
        told.kind.as_str(),
        told.at,
        s.merchant_id.uuid(),
        &data,
    )
}

pub(super) fn written<D: Serialize>(
    id: Uuid,
    kind: &str,
    at: Timestamp,
    merchant: Uuid,
    data: &D,
) -> Result<String, FormError> {
    let body = serde_json::to_string(&Body {
        event_type: kind,
        event_id: id,
        timestamp: iso(at),
        partner_id: merchant,
        data,
    })?;
    Ok(js::normal(&body)?)
}

/// The body's own signature covers the body without it: nothing can sign itself. The header's covers all of it.
pub(super) fn with_signature(unsigned: String, signer: &Signer) -> String {
    let signature = hex::encode(signer.single_signature(unsigned.as_bytes()));
    let mut body = unsigned;
    body.pop();
    body.push_str(&format!(r#","signature":"sha256={signature}"}}"#));
    body
}

/// Exact; JavaScript's form drops the zeros at its end.
fn number(m: Money) -> Result<Box<RawValue>, serde_json::Error> {
    RawValue::from_string(m.to_decimal())
}
