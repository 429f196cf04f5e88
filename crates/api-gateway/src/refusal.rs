//! Why a request of the API is refused, before a dialect words it.

use crate::decisions::{BreachBody, Undecided, Wrong};
use domain::ErrorCode;
use proto::Fault;
use std::time::Duration;

/// Why a request is refused. Each dialect words it in its own shape by one exhaustive match.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Credentials of two families, or one header twice.
    TwoFamilies,
    NoCredentials,
    UnknownKey,
    WrongSecret,
    /// The merchant was disabled.
    Disabled,
    /// The credential's own quota.
    QuotaExceeded {
        rpm: u32,
        retry_after: Duration,
    },
    /// Too many failed tries from one address.
    TooManyTries {
        retry_after: Duration,
    },
    /// Too many secrets are being checked.
    Busy {
        retry_after: Duration,
    },
    BodyTooLarge {
        limit: usize,
    },
    BodyTooSlow,
    /// The body ended early, or its transfer coding is broken.
    BodyBroken,
    /// The body is no JSON object, or some fields are wrong.
    Invalid(Vec<FieldError>),
    UnknownCurrency,
    NoCryptoWallet,
    NoAccount,
    NotFound,
    /// The same of something else than an intent, in words of its own.
    NoSuch(String),
    /// What came after a place in a list is not kept any more; what is left comes after this number.
    CursorExpired {
        resume_after: i64,
    },
    /// Something that is there already forbids it.
    Conflict(String),
    /// A limit of its own, beside the credential's quota. The words go on from "Too many".
    TooOften {
        what: &'static str,
        retry_after: Duration,
    },
    /// The order id, or the idempotency key, was used with another request.
    Reused {
        field: &'static str,
        value: String,
    },
    /// Another request with the same key still runs.
    InFlight {
        retry_after: Duration,
    },
    AmountSpaceExhausted {
        retry_after: Duration,
    },
    /// The state of the thing forbids it.
    WrongState(String),
    /// These rules would be broken, and were not named.
    Unaccepted(Vec<BreachBody>),
    /// Only the owner's role may.
    OwnerOnly(String),
    /// A dependency is away.
    Unavailable {
        retry_after: Duration,
    },
    Internal,
}

/// One wrong part of a body, in the words that clients of the `NoxPay` dialect know from its validation library.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldError {
    /// The kind, such as `missing` or `greater_than`.
    pub kind: &'static str,
    /// Path in the body; empty for the body itself.
    pub path: Vec<Step>,
    pub message: String,
    /// What was given, as JSON.
    pub input: serde_json::Value,
    /// The limit that was broken, as JSON members.
    pub context: Option<serde_json::Value>,
}

/// One step of a path into a body.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Field(String),
    /// Bytes into a body that is no JSON.
    Offset(usize),
}

/// While a dependency is away.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(2);
/// The code of a place in a list whose followers are not all kept any more.
pub(crate) const CURSOR_EXPIRED: &str = "cursor_expired";

/// What to do about it.
pub(crate) fn cursor_expired(resume_after: i64) -> String {
    format!(
        "events after this number are too old to be kept: read what you missed by its own routes, and go on with after={resume_after}"
    )
}

/// While another request holds the same key.
const IN_FLIGHT: Duration = Duration::from_secs(1);

impl FieldError {
    pub(crate) fn new(kind: &'static str, field: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            path: vec![Step::Field(field.to_owned())],
            message: message.into(),
            input: serde_json::Value::Null,
            context: None,
        }
    }

    #[must_use]
    pub(crate) fn input(mut self, input: serde_json::Value) -> Self {
        self.input = input;
        self
    }

    #[must_use]
    pub(crate) fn context(mut self, context: serde_json::Value) -> Self {
        self.context = Some(context);
        self
    }

    /// The field's name, where it is one.
    pub(crate) fn field(&self) -> Option<&str> {
        match self.path.first() {
            Some(Step::Field(name)) => Some(name),
            _ => None,
        }
    }
}

impl From<Vec<FieldError>> for Refusal {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        if db::is_transient(&error) {
            tracing::warn!(%error, "the database is away");
            Self::Unavailable {
                retry_after: RETRY_AFTER,
            }
        } else {
            tracing::error!(%error, "a query failed");
            Self::Internal
        }
    }
}

/// What another service answered, where a route does not know better.
impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let retry_after = fault.retry_after.unwrap_or(RETRY_AFTER);
        match fault.code {
            ErrorCode::Invalid => {
                let field = fault.field.unwrap_or_default();
                let message = format!("Value error, {field} {}", fault.message);
                Self::Invalid(vec![FieldError::new("value_error", &field, message)])
            }
            ErrorCode::Conflict => Self::Reused {
                field: "Idempotency-Key",
                value: String::new(),
            },
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::WrongState | ErrorCode::NotAccepted => Self::WrongState(fault.message),
            ErrorCode::AmountSpaceExhausted => Self::AmountSpaceExhausted { retry_after },
            ErrorCode::NoAccount => Self::NoAccount,
            ErrorCode::InFlight => Self::InFlight {
                retry_after: fault.retry_after.unwrap_or(IN_FLIGHT),
            },
            ErrorCode::RateLimited | ErrorCode::Unavailable => Self::Unavailable { retry_after },
            // Between our own processes these are our faults, not the caller's.
            ErrorCode::Unauthenticated | ErrorCode::Forbidden | ErrorCode::Internal => {
                tracing::error!(code = %fault.code, message = fault.message, "a call between services failed");
                Self::Internal
            }
        }
    }
}

impl From<Undecided> for Refusal {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Unaccepted(rules) => Self::Unaccepted(rules),
            Undecided::OwnerOnly(why) => Self::OwnerOnly(why),
            Undecided::Fault(fault) => fault.into(),
        }
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        let (path, message) = match wrong {
            Wrong::Malformed(why) => (Vec::new(), why),
            Wrong::Field { name, why } => {
                let message = format!("Value error, {name} {why}");
                (vec![Step::Field(name)], message)
            }
        };
        Self::Invalid(vec![FieldError {
            path,
            ..FieldError::new("value_error", "", message)
        }])
    }
}
