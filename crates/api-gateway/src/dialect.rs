//! Thin adapters: each knows the fields, statuses and errors of one existing interface, and nothing else.
//!
//! The family of credentials in a request chooses the shape of its answer.

mod native;
pub(crate) mod noddpay;
pub(crate) mod noxpay;
pub(crate) mod payment_gateway;

use crate::auth::{Family, family_of};
use crate::http::RequestId;
use crate::refusal::Refusal;
use actix_web::{HttpRequest, HttpResponse};
use domain::Money;
use proto::webhook::{Attempt, Delivery};
use serde_json::value::RawValue;

/// The answer to a request of the API: its own, or the refusal in the caller's shape.
pub(crate) fn answer(
    request: &HttpRequest,
    outcome: Result<HttpResponse, Refusal>,
) -> HttpResponse {
    outcome.unwrap_or_else(|refusal| refuse(request, &refusal))
}

/// A refusal in the caller's shape. Without credentials it is the `NoxPay` dialect's.
pub(crate) fn refuse(request: &HttpRequest, refusal: &Refusal) -> HttpResponse {
    match family_of(request.headers()) {
        Ok(Some(Family::ApiKey)) => payment_gateway::refuse(refusal),
        Ok(Some(Family::Bearer)) => native::refuse(refusal),
        Ok(Some(Family::ClientId) | None) | Err(_) => {
            noxpay::refuse(refusal, &RequestId::text(request))
        }
    }
}

/// How many attempts a delivery had, and the last.
fn attempts(delivery: &Delivery) -> (usize, Option<&Attempt>) {
    let last = delivery.attempts.iter().max_by_key(|a| a.attempt_no);
    (delivery.attempts.len(), last)
}

/// Why an attempt failed; `None` where it did not.
fn last_error(attempt: &Attempt) -> Option<String> {
    match (attempt.outcome.as_str(), attempt.response_code) {
        ("delivered", _) => None,
        (outcome, 0) => Some(outcome.to_owned()),
        (_, code) => Some(format!("HTTP {code}")),
    }
}

/// Stored JSON, byte for byte.
pub(crate) fn stored(json: String) -> Option<Box<RawValue>> {
    RawValue::from_string(json).ok()
}

/// An amount as a JSON number with its currency's decimals: `499.00`.
pub(crate) fn number(money: Money) -> Box<RawValue> {
    RawValue::from_string(money.to_decimal())
        .unwrap_or_else(|_| unreachable!("a decimal is a JSON number"))
}

/// A moment as ISO 8601 in UTC with milliseconds: `2026-11-21T05:30:00.000Z`.
pub(crate) fn instant(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}
