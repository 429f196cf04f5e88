//! The native shape of refusals, for callers with a bearer key: RFC 9457.

use crate::admin::Problem;
use crate::decisions::Undecided;
use crate::refusal::Refusal;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError as _};
use domain::ErrorCode as C;

/// The response to a refused request.
pub(super) fn refuse(refusal: &Refusal) -> HttpResponse {
    let problem = problem(refusal);
    let mut response = problem.error_response();
    if problem.status_code() == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

fn problem(refusal: &Refusal) -> Problem {
    let plain = |code, text: &str| Problem::new(code, text);
    match refusal {
        Refusal::TwoFamilies => Problem::malformed("send credentials of one kind, once"),
        Refusal::NoCredentials | Refusal::UnknownKey | Refusal::WrongSecret => {
            plain(C::Unauthenticated, "the key is wrong")
        }
        Refusal::Disabled => plain(C::Forbidden, "the merchant is disabled"),
        Refusal::QuotaExceeded { rpm, retry_after } => plain(
            C::RateLimited,
            &format!("more than {rpm} requests a minute, and the burst"),
        )
        .retry_after(*retry_after),
        Refusal::TooManyTries { retry_after } => {
            plain(C::RateLimited, "too many failed tries").retry_after(*retry_after)
        }
        Refusal::Busy { retry_after } => {
            plain(C::RateLimited, "too many keys are being checked").retry_after(*retry_after)
        }
        Refusal::TooOften { what, retry_after } => {
            plain(C::RateLimited, &format!("too many {what}")).retry_after(*retry_after)
        }
        Refusal::BodyTooLarge { limit } => crate::http::BodyError::TooLarge(*limit).into(),
        Refusal::BodyTooSlow => crate::http::BodyError::TooSlow.into(),
        Refusal::BodyBroken => crate::http::BodyError::Broken.into(),
        Refusal::Invalid(errors) => match errors.first() {
            Some(error) => match error.field() {
                // "Value error, url must …" says the field's name already.
                Some(field) => Problem::of_field(field, words(&error.message)),
                None => Problem::malformed(words(&error.message)),
            },
            None => Problem::malformed("the request is invalid"),
        },
        Refusal::UnknownCurrency => Problem::invalid("currency", "must be UPI or USDT"),
        Refusal::NoCryptoWallet => plain(C::NoAccount, "no crypto receiving wallet is configured"),
        Refusal::NoAccount => plain(C::NoAccount, "no receiving account is live"),
        Refusal::NotFound => plain(C::NotFound, "there is no such thing"),
        Refusal::NoSuch(what) => plain(C::NotFound, what),
        Refusal::CursorExpired { resume_after } => Problem::cursor_expired(*resume_after),
        Refusal::Conflict(why) => plain(C::Conflict, why),
        Refusal::Reused { field, .. } => plain(
            C::Conflict,
            &format!("{field} was already used with another request"),
        ),
        Refusal::InFlight { retry_after } => {
            plain(C::InFlight, "the same request still runs").retry_after(*retry_after)
        }
        Refusal::AmountSpaceExhausted { retry_after } => plain(
            C::AmountSpaceExhausted,
            "too many open payments of this amount",
        )
        .retry_after(*retry_after),
        Refusal::WrongState(why) => plain(C::WrongState, why),
        Refusal::Unaccepted(rules) => Undecided::Unaccepted(rules.clone()).into(),
        Refusal::OwnerOnly(why) => plain(C::Forbidden, why),
        Refusal::Unavailable { retry_after } => {
            plain(C::Unavailable, "a part is away").retry_after(*retry_after)
        }
        Refusal::Internal => plain(C::Internal, "an internal error occurred"),
    }
}

fn words(message: &str) -> &str {
    message.strip_prefix("Value error, ").unwrap_or(message)
}
