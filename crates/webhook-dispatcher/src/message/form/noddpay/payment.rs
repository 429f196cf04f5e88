//! About a payment.

use super::super::iso;
use super::number;
use crate::message::Told;
use crate::message::subject::{is_flagged, payer_vpa, references};
use domain::event::IntentSnapshot;
use domain::ids::IntentId;
use domain::matching::Rung;
use domain::{OrderId, StatusName};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment<'a> {
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

pub(super) fn data<'a>(
    told: &Told<'_>,
    s: &'a IntentSnapshot,
) -> Result<Payment<'a>, serde_json::Error> {
    let references = references(s);
    Ok(Payment {
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
        is_flagged: is_flagged(s),
        flag_reason: s.review_reason.map(|r| r.as_str()),
        proof: s.proof,
        late: s.late,
        reference: references.last().copied(),
        references,
        payer_vpa: payer_vpa(s),
        metadata: s.metadata.as_deref(),
        sequence: s.sequence,
        part: told.part,
        livemode: s.live,
        created_at: iso(s.created_at),
        expires_at: iso(s.expires_at),
        paid_at: s.paid_at.map(iso),
        settled_at: s.settled_at.map(iso),
    })
}
