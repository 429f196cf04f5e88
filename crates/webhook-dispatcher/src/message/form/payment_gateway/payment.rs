//! About a payment.

use super::super::iso;
use crate::message::subject::{is_flagged, payer_vpa, references};
use domain::event::IntentSnapshot;
use domain::ids::{IntentId, MerchantId};
use domain::{OrderId, StatusName};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
pub(super) struct Data<'a> {
    payment: Payment<'a>,
}

#[derive(Serialize)]
struct Payment<'a> {
    id: IntentId,
    order_id: &'a OrderId,
    merchant_id: MerchantId,
    /// Paise, like every amount here.
    amount: i64,
    currency: &'static str,
    method: &'static str,
    vpa: Option<&'a str>,
    status: &'static str,
    error_code: Option<&'static str>,
    error_description: Option<&'static str>,
    created_at: String,
    /// The state's own name, which says more than `status`.
    sub_status: StatusName,
    previous_sub_status: Option<StatusName>,
    payable_amount: i64,
    adjustment: i64,
    received_amount: i64,
    excess_amount: i64,
    is_flagged: bool,
    flag_reason: Option<&'static str>,
    late: bool,
    utr: Option<&'a str>,
    utrs: Vec<&'a str>,
    metadata: Option<&'a RawValue>,
    sequence: i64,
    livemode: bool,
    expires_at: String,
    paid_at: Option<String>,
    settled_at: Option<String>,
}

pub(super) fn data(s: &IntentSnapshot) -> Data<'_> {
    let utrs = references(s);
    let error = error(s.status);
    Data {
        payment: Payment {
            id: s.intent_id,
            order_id: &s.order_id,
            merchant_id: s.merchant_id,
            amount: s.amount.minor(),
            currency: s.amount.currency().code(),
            method: "upi",
            vpa: payer_vpa(s),
            status: status(s.status),
            error_code: error.map(|_| "PAYMENT_FAILED"),
            error_description: error,
            created_at: iso(s.created_at),
            sub_status: s.status,
            previous_sub_status: s.previous_status,
            payable_amount: s.payable.minor(),
            adjustment: s.adjustment.minor(),
            received_amount: s.received.minor(),
            excess_amount: s.excess.minor(),
            is_flagged: is_flagged(s),
            flag_reason: s.review_reason.map(|r| r.as_str()),
            late: s.late,
            utr: utrs.last().copied(),
            utrs,
            metadata: s.metadata.as_deref(),
            sequence: s.sequence,
            livemode: s.live,
            expires_at: iso(s.expires_at),
            paid_at: s.paid_at.map(iso),
            settled_at: s.settled_at.map(iso),
        },
    }
}

/// A state in this dialect, which knows three.
const fn status(status: StatusName) -> &'static str {
    match status {
        StatusName::Pending
        | StatusName::Confirming
        | StatusName::Underpaid
        | StatusName::Verifying
        | StatusName::Review => "pending",
        StatusName::Settled => "success",
        StatusName::Expired | StatusName::Cancelled | StatusName::Failed | StatusName::Reversed => {
            "failed"
        }
    }
}

/// Why it failed, for people.
const fn error(status: StatusName) -> Option<&'static str> {
    match status {
        StatusName::Expired => Some("Payment was not received in time"),
        StatusName::Cancelled => Some("Payment was cancelled"),
        StatusName::Failed => Some("Payment was rejected"),
        StatusName::Reversed => Some("Payment was taken back by the bank"),
        _ => None,
    }
}
