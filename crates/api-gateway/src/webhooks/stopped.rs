//! Why a request about webhooks goes no further, before either side words it.

use crate::admin::Problem;
use crate::decisions::Wrong;
use crate::limiter::Exceeded;
use crate::refusal::{RETRY_AFTER, Refusal};
use domain::ErrorCode;
use proto::Fault;
use std::time::Duration;

#[derive(Debug)]
pub(crate) enum Stopped {
    Wrong(Wrong),
    /// What webhook-dispatcher answered.
    Fault(Fault),
    /// Events after the one that was named are not kept any more; what is left comes after this number.
    CursorExpired {
        resume_after: i64,
    },
    /// The words go on from "too many".
    TooOften {
        what: &'static str,
        wait: Duration,
    },
    /// With the same Idempotency-Key, where the answer showed a secret.
    AskedBefore,
    Database(diesel::result::Error),
}

const ASKED_BEFORE: &str = "this was asked before with the same Idempotency-Key, and secrets are shown once: see what became of it";

impl Stopped {
    /// There is no such thing, or it is somebody else's.
    pub(crate) fn none(what: &str) -> Self {
        Self::Fault(Fault::new(
            ErrorCode::NotFound,
            format!("there is no such {what}"),
        ))
    }

    /// Whether something that is there already forbids it.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.code == ErrorCode::Conflict)
    }

    /// For a limiter's answer.
    pub(crate) fn too_often(what: &'static str) -> impl FnOnce(Exceeded) -> Self {
        move |Exceeded(wait)| Self::TooOften { what, wait }
    }
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Wrong(wrong) => wrong.into(),
            Stopped::Fault(fault) => match fault.code {
                ErrorCode::NotFound => Self::NoSuch(fault.message),
                ErrorCode::Conflict => Self::Conflict(fault.message),
                ErrorCode::RateLimited => Self::TooOften {
                    what: "requests",
                    retry_after: fault.retry_after.unwrap_or(RETRY_AFTER),
                },
                _ => fault.into(),
            },
            Stopped::CursorExpired { resume_after } => Self::CursorExpired { resume_after },
            Stopped::TooOften { what, wait } => Self::TooOften {
                what,
                retry_after: wait,
            },
            Stopped::AskedBefore => Self::Conflict(ASKED_BEFORE.to_owned()),
            Stopped::Database(error) => error.into(),
        }
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Wrong(wrong) => wrong.into(),
            Stopped::Fault(fault) => fault.into(),
            Stopped::CursorExpired { resume_after } => Self::cursor_expired(resume_after),
            Stopped::TooOften { what, wait } => {
                Self::new(ErrorCode::RateLimited, format!("too many {what}")).retry_after(wait)
            }
            Stopped::AskedBefore => Self::new(ErrorCode::Conflict, ASKED_BEFORE),
            Stopped::Database(error) => error.into(),
        }
    }
}

impl From<Wrong> for Stopped {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<tonic::Status> for Stopped {
    fn from(status: tonic::Status) -> Self {
        Self::Fault(status.into())
    }
}

impl From<diesel::result::Error> for Stopped {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}
