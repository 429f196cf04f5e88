//! About a refund. This dialect has no event for one that failed: that goes under our own name, which its clients pass over.

use super::super::iso;
use domain::OrderId;
use domain::event::{RefundSnapshot, RefundStatus};
use domain::ids::{IntentId, MerchantId, RefundId};
use domain::text::{Reason, ShortText};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Data<'a> {
    refund: Refund<'a>,
}

#[derive(Serialize)]
struct Refund<'a> {
    id: RefundId,
    payment_id: IntentId,
    /// Paise.
    amount: i64,
    reason: Option<&'a Reason>,
    status: RefundStatus,
    created_at: String,
    processed_at: Option<String>,
    order_id: &'a OrderId,
    merchant_id: MerchantId,
    currency: &'static str,
    failure_reason: Option<&'a ShortText>,
    failed_at: Option<String>,
    utr: Option<&'a str>,
    sequence: i64,
    livemode: bool,
}

pub(super) fn data(s: &RefundSnapshot) -> Data<'_> {
    Data {
        refund: Refund {
            id: s.refund_id,
            payment_id: s.intent_id,
            amount: s.amount.minor(),
            reason: s.reason.as_ref(),
            status: s.status,
            created_at: iso(s.created_at),
            processed_at: s.processed_at.map(iso),
            order_id: &s.order_id,
            merchant_id: s.merchant_id,
            currency: s.amount.currency().code(),
            failure_reason: s.failure.as_ref(),
            failed_at: s.failed_at.map(iso),
            utr: s.reference.as_deref(),
            sequence: s.sequence,
            livemode: s.live,
        },
    }
}
