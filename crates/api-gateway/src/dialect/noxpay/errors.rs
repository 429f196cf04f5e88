//! Refusals as `{"detail": …}`.

use crate::decisions::{BreachBody, sentence};
use crate::http::retry_after;
use crate::refusal::{CURSOR_EXPIRED, FieldError, Refusal, Step, cursor_expired};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Serialize)]
struct Details<'a> {
    detail: Vec<Detail<'a>>,
}

/// One entry of a validation error's list.
#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    loc: Vec<Step>,
    msg: &'a str,
    input: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    ctx: Option<&'a Value>,
}

/// The response to a refused request.
pub(crate) fn refuse(refusal: &Refusal, request_id: &str) -> HttpResponse {
    use StatusCode as S;
    let (status, detail) = match refusal {
        Refusal::TwoFamilies => (
            S::BAD_REQUEST,
            "Send one pair of credential headers, once".to_owned(),
        ),
        Refusal::NoCredentials => (
            S::UNAUTHORIZED,
            "Missing X-Client-ID or X-Client-Secret headers".to_owned(),
        ),
        Refusal::UnknownKey => (S::UNAUTHORIZED, "Invalid Client ID".to_owned()),
        Refusal::WrongSecret => (S::UNAUTHORIZED, "Invalid Client Secret".to_owned()),
        Refusal::Disabled => (S::FORBIDDEN, "Client account is disabled".to_owned()),
        Refusal::QuotaExceeded { rpm, .. } => (
            S::TOO_MANY_REQUESTS,
            format!("Rate limit exceeded ({rpm} rpm + burst). Try again later."),
        ),
        Refusal::TooManyTries { .. } => (
            S::TOO_MANY_REQUESTS,
            "Too many failed attempts. Try again later.".to_owned(),
        ),
        Refusal::Busy { .. } => (
            S::TOO_MANY_REQUESTS,
            "Too many credentials are being checked. Try again shortly.".to_owned(),
        ),
        Refusal::BodyTooLarge { limit } => (
            S::PAYLOAD_TOO_LARGE,
            format!("The request body is larger than {limit} bytes"),
        ),
        Refusal::BodyTooSlow => (
            S::REQUEST_TIMEOUT,
            "The request body took too long".to_owned(),
        ),
        Refusal::BodyBroken => (S::BAD_REQUEST, "The request body is incomplete".to_owned()),
        Refusal::Invalid(errors) => return validation(errors),
        Refusal::UnknownCurrency => (
            S::BAD_REQUEST,
            "Only UPI and USDT currencies are supported".to_owned(),
        ),
        Refusal::NoCryptoWallet => (
            S::BAD_REQUEST,
            "Merchant has not configured a crypto receiving wallet".to_owned(),
        ),
        Refusal::NoAccount => (
            S::BAD_REQUEST,
            "Merchant has no UPI receiving account that is live".to_owned(),
        ),
        Refusal::NotFound => (S::NOT_FOUND, "Order ID not found".to_owned()),
        Refusal::NoSuch(what) => (S::NOT_FOUND, what.clone()),
        Refusal::CursorExpired { resume_after } => return expired(*resume_after),
        Refusal::Conflict(why) => (S::CONFLICT, why.clone()),
        Refusal::TooOften { what, .. } => (
            S::TOO_MANY_REQUESTS,
            format!("Too many {what}. Try again later."),
        ),
        Refusal::Reused { field, value } => (
            S::CONFLICT,
            format!("{field} '{value}' was already used with another request"),
        ),
        Refusal::InFlight { .. } => (
            S::CONFLICT,
            "The same request is still being processed".to_owned(),
        ),
        Refusal::AmountSpaceExhausted { .. } => (
            S::CONFLICT,
            "Too many open payments of this amount. Try again later.".to_owned(),
        ),
        Refusal::WrongState(why) => (S::CONFLICT, why.clone()),
        Refusal::Unaccepted(rules) => return unaccepted(rules),
        Refusal::OwnerOnly(why) => (S::FORBIDDEN, why.clone()),
        Refusal::Unavailable { .. } => (
            S::SERVICE_UNAVAILABLE,
            "The service is temporarily unavailable. Try again shortly.".to_owned(),
        ),
        Refusal::Internal => {
            let detail = "An internal server error occurred.";
            let body = json!({ "detail": detail, "request_id": request_id });
            return HttpResponse::InternalServerError().json(body);
        }
    };
    let mut response = HttpResponse::build(status);
    if let Some(wait) = wait(refusal) {
        response.insert_header(retry_after(wait));
    }
    match code(refusal) {
        Some(code) => response.json(json!({ "detail": detail, "code": code })),
        None => response.json(json!({ "detail": detail })),
    }
}

/// Which rules a decision would break, for people and for programs.
fn unaccepted(rules: &[BreachBody]) -> HttpResponse {
    let detail = sentence(rules);
    let body = json!({ "detail": detail, "code": "not_accepted", "rules": rules });
    HttpResponse::Conflict().json(body)
}

/// Where what is still kept begins, for people and for programs.
fn expired(resume_after: i64) -> HttpResponse {
    let detail = cursor_expired(resume_after);
    let body = json!({ "detail": detail, "code": CURSOR_EXPIRED, "resume_after": resume_after });
    HttpResponse::Gone().json(body)
}

fn wait(refusal: &Refusal) -> Option<Duration> {
    match refusal {
        Refusal::QuotaExceeded { retry_after, .. }
        | Refusal::TooManyTries { retry_after }
        | Refusal::TooOften { retry_after, .. }
        | Refusal::Busy { retry_after }
        | Refusal::InFlight { retry_after }
        | Refusal::AmountSpaceExhausted { retry_after }
        | Refusal::Unavailable { retry_after } => Some(*retry_after),
        _ => None,
    }
}

/// Stable codes where a client has to tell one 409 from another.
fn code(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Reused { .. } | Refusal::Conflict(_) => Some("conflict"),
        Refusal::InFlight { .. } => Some("in_flight"),
        Refusal::AmountSpaceExhausted { .. } => Some("amount_space_exhausted"),
        Refusal::WrongState(_) => Some("wrong_state"),
        Refusal::OwnerOnly(_) => Some("forbidden"),
        _ => None,
    }
}

fn validation(errors: &[FieldError]) -> HttpResponse {
    let body = Step::Field("body".to_owned());
    let details: Vec<Detail<'_>> = errors
        .iter()
        .map(|error| Detail {
            kind: error.kind,
            loc: std::iter::once(body.clone())
                .chain(error.path.iter().cloned())
                .collect(),
            msg: &error.message,
            input: &error.input,
            ctx: error.context.as_ref(),
        })
        .collect();
    HttpResponse::UnprocessableEntity().json(Details { detail: details })
}
