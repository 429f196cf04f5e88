//! Errors of native routes: RFC 9457.

use crate::decisions::{BreachBody, Undecided, Wrong, sentence};
use crate::http::{BodyError, retry_after};
use crate::merchants::Failure;
use crate::refusal::RETRY_AFTER;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use domain::ErrorCode;
use proto::Fault;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// Why a native request failed.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    retry_after: Option<Duration>,
    more: More,
}

/// What only some problems say.
#[derive(Debug)]
enum More {
    Nothing,
    /// Rules that a decision would break.
    Rules(Vec<BreachBody>),
    /// Where what is still kept of a list begins.
    ResumeAfter(i64),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rules: &'a [BreachBody],
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_after: Option<i64>,
}

impl Problem {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            status: status(code),
            code: code.as_str(),
            detail: detail.into(),
            field: None,
            retry_after: None,
            more: More::Nothing,
        }
    }

    /// What came after a place in a list is not kept any more.
    pub(crate) fn cursor_expired(resume_after: i64) -> Self {
        Self {
            status: StatusCode::GONE,
            code: crate::refusal::CURSOR_EXPIRED,
            more: More::ResumeAfter(resume_after),
            ..Self::new(
                ErrorCode::NotFound,
                crate::refusal::cursor_expired(resume_after),
            )
        }
    }

    /// A field is wrong. `why` goes on from its name: "must have 3 to 100 letters".
    pub(crate) fn invalid(field: &str, why: impl fmt::Display) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ErrorCode::Invalid, format!("{field} {why}"))
        }
    }

    /// The same where the words name the field themselves.
    pub(crate) fn of_field(field: &str, words: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ErrorCode::Invalid, words)
        }
    }

    /// The body as a whole is wrong.
    pub(crate) fn malformed(why: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            ..Self::new(ErrorCode::Invalid, why)
        }
    }

    fn with(mut self, rules: Vec<BreachBody>) -> Self {
        self.more = More::Rules(rules);
        self
    }

    #[must_use]
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

/// The only map from our codes to HTTP on native routes.
const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Conflict
        | ErrorCode::WrongState
        | ErrorCode::NotAccepted
        | ErrorCode::AmountSpaceExhausted
        | ErrorCode::NoAccount
        | ErrorCode::InFlight => StatusCode::CONFLICT,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let (rules, resume_after) = match &self.more {
            More::Nothing => (&[][..], None),
            More::Rules(rules) => (rules.as_slice(), None),
            More::ResumeAfter(seq) => (&[][..], Some(*seq)),
        };
        let body = Body {
            kind: format!("urn:noxpay:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            field: self.field.as_deref(),
            rules,
            resume_after,
        };
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(wait) = self.retry_after {
            response.insert_header(retry_after(wait));
        }
        response.body(serde_json::to_string(&body).unwrap_or_default())
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        if db::is_transient(&error) {
            tracing::warn!(%error, "the database is away");
            Self::new(ErrorCode::Unavailable, "the database is away").retry_after(RETRY_AFTER)
        } else {
            tracing::error!(%error, "a query failed");
            Self::new(ErrorCode::Internal, "an internal error occurred")
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match (fault.code, &fault.field) {
            (ErrorCode::Invalid, Some(field)) => Self::invalid(field, &fault.message),
            // Between our own processes these are our faults, not the caller's.
            (ErrorCode::Unauthenticated | ErrorCode::Forbidden | ErrorCode::Internal, _) => {
                tracing::error!(code = %fault.code, message = fault.message, "a call between services failed");
                Self::new(ErrorCode::Internal, "an internal error occurred")
            }
            (ErrorCode::Unavailable, _) => {
                tracing::warn!(message = fault.message, "a service is away");
                let wait = fault.retry_after.unwrap_or(RETRY_AFTER);
                Self::new(fault.code, "a service is away").retry_after(wait)
            }
            (code, None) => Self {
                retry_after: fault.retry_after,
                ..Self::new(code, fault.message)
            },
            // The message goes on from the field's name.
            (code, Some(field)) => Self {
                retry_after: fault.retry_after,
                field: fault.field.clone(),
                ..Self::new(code, format!("{field} {}", fault.message))
            },
        }
    }
}

impl From<Undecided> for Problem {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Unaccepted(rules) => Self {
                field: Some("accept".to_owned()),
                ..Self::new(ErrorCode::NotAccepted, sentence(&rules))
            }
            .with(rules),
            Undecided::OwnerOnly(why) => Self::new(ErrorCode::Forbidden, why),
            Undecided::Fault(fault) => fault.into(),
        }
    }
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Malformed(why) => Self::malformed(why),
            Wrong::Field { name, why } => Self::invalid(&name, why),
        }
    }
}

impl From<tonic::Status> for Problem {
    fn from(status: tonic::Status) -> Self {
        Fault::from(status).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::NotFound(_) => Self::new(ErrorCode::NotFound, text),
            Failure::AlreadyDone => Self::new(ErrorCode::Conflict, text),
            Failure::WrongState { .. } => Self::new(ErrorCode::WrongState, text),
            Failure::Busy(_) => {
                Self::new(ErrorCode::RateLimited, text).retry_after(Duration::from_secs(1))
            }
            Failure::Secret(_) => {
                tracing::error!(error = text, "no secret could be made");
                Self::new(ErrorCode::Internal, "an internal error occurred")
            }
            Failure::Database(error) => error.into(),
        }
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Broken => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            ..Self::malformed(error.to_string())
        }
    }
}
