//! About a refund.

use super::super::iso;
use super::number;
use crate::message::Told;
use domain::OrderId;
use domain::event::{RefundSnapshot, RefundStatus};
use domain::ids::{IntentId, RefundId};
use domain::text::{Reason, ShortText};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund<'a> {
    refund_id: RefundId,
    payment_id: IntentId,
    order_id: &'a OrderId,
    amount: Box<RawValue>,
    currency: &'static str,
    reason: Option<&'a Reason>,
    status: RefundStatus,
    previous_status: Option<RefundStatus>,
    failure_reason: Option<&'a ShortText>,
    reference: Option<&'a str>,
    sequence: i64,
    part: i16,
    livemode: bool,
    created_at: String,
    processed_at: Option<String>,
    failed_at: Option<String>,
}

pub(super) fn data<'a>(
    told: &Told<'_>,
    s: &'a RefundSnapshot,
) -> Result<Refund<'a>, serde_json::Error> {
    Ok(Refund {
        refund_id: s.refund_id,
        payment_id: s.intent_id,
        order_id: &s.order_id,
        amount: number(s.amount)?,
        currency: s.amount.currency().code(),
        reason: s.reason.as_ref(),
        status: s.status,
        previous_status: s.previous_status,
        failure_reason: s.failure.as_ref(),
        reference: s.reference.as_deref(),
        sequence: s.sequence,
        part: told.part,
        livemode: s.live,
        created_at: iso(s.created_at),
        processed_at: s.processed_at.map(iso),
        failed_at: s.failed_at.map(iso),
    })
}
