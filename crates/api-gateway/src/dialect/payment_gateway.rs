//! The payment-gateway interface: `{"error": {"code", "description"}}`. Its own routes come with its own issue; callers with
//! its credentials are already answered in its shape.

mod webhook;

pub(crate) use webhook::{
    WebhookConfig, WebhookRow, WebhookRows, no_webhook, retry_scheduled, test_scheduled,
};

use crate::decisions;
use crate::http::retry_after;
use crate::refusal::{FieldError, Refusal, cursor_expired};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;
use std::time::Duration;

const BAD: &str = "BAD_REQUEST_ERROR";

/// The response to a refused request.
pub(super) fn refuse(refusal: &Refusal) -> HttpResponse {
    let (status, code, description, wait) = describe(refusal);
    let mut response = HttpResponse::build(status);
    if let Some(wait) = wait {
        response.insert_header(retry_after(wait));
    }
    let mut error = json!({ "code": code, "description": description });
    if let Refusal::CursorExpired { resume_after } = refusal {
        error["resume_after"] = (*resume_after).into();
    }
    response.json(json!({ "error": error }))
}

fn error_body(status: StatusCode, code: &str, description: &str) -> HttpResponse {
    let error = json!({ "code": code, "description": description });
    HttpResponse::build(status).json(json!({ "error": error }))
}

fn describe(refusal: &Refusal) -> (StatusCode, &'static str, String, Option<Duration>) {
    use StatusCode as S;
    const AUTHENTICATION: &str = "AUTHENTICATION_ERROR";
    const LIMIT: &str = "RATE_LIMIT_ERROR";
    const CONFLICT: &str = "CONFLICT_ERROR";
    let plain = |status, code, text: &str| (status, code, text.to_owned(), None);
    let later =
        |status, code, text: &str, wait: &Duration| (status, code, text.to_owned(), Some(*wait));
    match refusal {
        Refusal::TwoFamilies => plain(
            S::BAD_REQUEST,
            BAD,
            "Send one pair of credential headers, once",
        ),
        Refusal::NoCredentials | Refusal::UnknownKey | Refusal::WrongSecret => {
            plain(S::UNAUTHORIZED, AUTHENTICATION, "Invalid API credentials")
        }
        Refusal::Disabled => plain(
            S::FORBIDDEN,
            "AUTHORIZATION_ERROR",
            "The merchant is disabled",
        ),
        Refusal::QuotaExceeded { retry_after, .. } => later(
            S::TOO_MANY_REQUESTS,
            LIMIT,
            "Rate limit exceeded",
            retry_after,
        ),
        Refusal::TooManyTries { retry_after } => later(
            S::TOO_MANY_REQUESTS,
            LIMIT,
            "Too many failed attempts",
            retry_after,
        ),
        Refusal::Busy { retry_after } => later(
            S::TOO_MANY_REQUESTS,
            LIMIT,
            "Too many requests at once",
            retry_after,
        ),
        Refusal::BodyTooLarge { limit } => {
            let text = format!("The request body is larger than {limit} bytes");
            (S::PAYLOAD_TOO_LARGE, BAD, text, None)
        }
        Refusal::BodyTooSlow => plain(S::REQUEST_TIMEOUT, BAD, "The request body took too long"),
        Refusal::BodyBroken => plain(S::BAD_REQUEST, BAD, "The request body is incomplete"),
        Refusal::Invalid(errors) => (S::BAD_REQUEST, BAD, sentence(errors), None),
        Refusal::UnknownCurrency | Refusal::NoCryptoWallet => {
            plain(S::BAD_REQUEST, BAD, "currency is not supported")
        }
        Refusal::NoAccount => plain(S::BAD_REQUEST, BAD, "No receiving account is live"),
        Refusal::NotFound => plain(S::NOT_FOUND, "NOT_FOUND_ERROR", "Order not found"),
        Refusal::NoSuch(what) => (S::NOT_FOUND, "NOT_FOUND_ERROR", what.clone(), None),
        Refusal::CursorExpired { resume_after } => {
            let text = cursor_expired(*resume_after);
            (S::GONE, "CURSOR_EXPIRED_ERROR", text, None)
        }
        Refusal::Conflict(why) => (S::CONFLICT, CONFLICT, why.clone(), None),
        Refusal::TooOften { what, retry_after } => {
            let text = format!("Too many {what}");
            (S::TOO_MANY_REQUESTS, LIMIT, text, Some(*retry_after))
        }
        Refusal::Reused { field, .. } => {
            let text = format!("{field} was already used with another request");
            (S::CONFLICT, CONFLICT, text, None)
        }
        Refusal::InFlight { retry_after } => later(
            S::CONFLICT,
            CONFLICT,
            "The same request is still being processed",
            retry_after,
        ),
        Refusal::AmountSpaceExhausted { retry_after } => later(
            S::CONFLICT,
            CONFLICT,
            "Too many open payments of this amount",
            retry_after,
        ),
        Refusal::WrongState(why) => (S::BAD_REQUEST, BAD, why.clone(), None),
        Refusal::Unaccepted(rules) => (S::CONFLICT, CONFLICT, decisions::sentence(rules), None),
        Refusal::OwnerOnly(why) => (S::FORBIDDEN, "AUTHORIZATION_ERROR", why.clone(), None),
        Refusal::Unavailable { retry_after } => later(
            S::SERVICE_UNAVAILABLE,
            "SERVER_ERROR",
            "The service is temporarily unavailable",
            retry_after,
        ),
        Refusal::Internal => plain(
            S::INTERNAL_SERVER_ERROR,
            "SERVER_ERROR",
            "An internal server error occurred",
        ),
    }
}

/// The first error with its field's name.
fn sentence(errors: &[FieldError]) -> String {
    match errors.first() {
        Some(error) => match error.field() {
            Some(field) => format!("{field}: {}", error.message),
            None => error.message.clone(),
        },
        None => "The request is invalid".to_owned(),
    }
}
