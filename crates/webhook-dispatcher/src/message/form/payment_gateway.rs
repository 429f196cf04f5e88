//! payment-gateway's body: four ends of a payment, whole paise, the time in unix seconds. What it does not know stands beside
//! what it knows. Some of its receivers sign anew what they parsed, so this body too is one that JavaScript writes the same way.

use super::{FormError, iso};
use crate::message::{MerchantEvent, Told, js};
use domain::ids::{IntentId, MerchantId};
use domain::{OrderId, StatusName};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Serialize)]
struct Body<'a, D> {
    event: &'a str,
    timestamp: i64,
    data: &'a D,
    #[serde(flatten)]
    about: About<'a>,
}

/// What every event says of itself.
#[derive(Serialize)]
pub(super) struct About<'a> {
    /// Its name among ours.
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) id: Uuid,
    pub(super) livemode: bool,
    pub(super) sequence: i64,
    pub(super) part: i16,
    pub(super) previous_status: Option<StatusName>,
}

#[derive(Serialize)]
struct Data<'a> {
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

pub(super) fn payment(told: &Told<'_>) -> Result<String, FormError> {
    let s = told.snapshot;
    let utrs = told.references();
    let error = error(s.status);
    let data = Data {
        payment: Payment {
            id: s.intent_id,
            order_id: &s.order_id,
            merchant_id: s.merchant_id,
            amount: s.amount.minor(),
            currency: s.amount.currency().code(),
            method: "upi",
            vpa: told.payer_vpa(),
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
            is_flagged: told.is_flagged(),
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
    };
    let about = About {
        kind: told.kind.as_str(),
        id: told.id,
        livemode: s.live,
        sequence: s.sequence,
        part: told.part,
        previous_status: s.previous_status,
    };
    written(about, told.at, &data)
}

pub(super) fn written<D: Serialize>(
    about: About<'_>,
    at: Timestamp,
    data: &D,
) -> Result<String, FormError> {
    let body = serde_json::to_string(&Body {
        event: MerchantEvent::in_payment_gateway(about.kind),
        timestamp: at.as_second(),
        data,
        about,
    })?;
    Ok(js::normal(&body)?)
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
