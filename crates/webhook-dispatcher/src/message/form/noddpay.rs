//! `NoddPay`'s body. Some of its receivers verify the bytes that came, others the bytes that they make anew from the parsed
//! body, so the body is one that JavaScript would write the same way.

mod payment;
mod refund;
mod sign_in;

use super::{FormError, iso};
use crate::message::{Signer, Subject, Told, js};
use domain::Money;
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

/// Without its signature.
pub(super) fn event(told: &Told<'_>) -> Result<String, FormError> {
    match told.subject {
        Subject::Payment(snapshot) => about(told, &payment::data(told, snapshot)?),
        Subject::Refund(snapshot) => about(told, &refund::data(told, snapshot)?),
        Subject::SignIn(sign_in) => about(told, &sign_in::data(told, sign_in)),
    }
}

fn about<D: Serialize>(told: &Told<'_>, data: &D) -> Result<String, FormError> {
    let merchant = told.subject.merchant();
    written(told.id, told.kind.as_str(), told.at, merchant, data)
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
