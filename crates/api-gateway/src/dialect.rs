//! Thin adapters: each knows the fields, statuses and errors of one existing interface, and nothing else.
//!
//! The family of credentials in a request chooses the shape of its answer.

pub(crate) mod noxpay;
mod payment_gateway;

use crate::auth::{Family, family_of};
use crate::http::RequestId;
use crate::refusal::Refusal;
use actix_web::{HttpRequest, HttpResponse};
use domain::Money;
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
        Ok(Some(Family::ClientId) | None) | Err(_) => {
            noxpay::refuse(refusal, &RequestId::text(request))
        }
    }
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
