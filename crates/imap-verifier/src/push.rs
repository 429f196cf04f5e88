//! Sources that push: raw mail by HTTP, and phones.
//!
//! The gateway hands on what was posted; here it is authenticated, judged and stored. A delivery or a heartbeat is a sign of
//! life: the source's watermark is the moment of the last one. A source that is silent is blind: its watermark stands still.

mod admit;
mod heartbeat;
mod mail;
mod reconsider;
mod silence;
mod sms;

pub(crate) use heartbeat::heartbeat;
pub(crate) use mail::take_mail;
pub(crate) use reconsider::reconsider;
pub(crate) use silence::{is_blind, watch};
pub(crate) use sms::{Posted, take_sms};

/// What is answered to whoever posted.
pub(crate) enum Answer {
    /// Dealt with, a verdict per message.
    Taken(Vec<Verdict>),
    BadCredential,
    /// A person has paused the source, or disabled the merchant.
    Paused,
    /// There is no verdict yet: it must be posted again.
    TryLater,
}

/// What was made of one message.
pub(crate) struct Verdict {
    pub(crate) verdict: String,
    /// A stable code.
    pub(crate) reason: String,
}

impl Verdict {
    /// Nothing is kept of it.
    fn ignored(reason: &str) -> Self {
        Self {
            verdict: "ignored".to_owned(),
            reason: reason.to_owned(),
        }
    }

    fn of(verdict: String, reason: Option<String>) -> Self {
        Self {
            verdict,
            reason: reason.unwrap_or_default(),
        }
    }

    /// It came before.
    fn duplicate() -> Self {
        Self::of("duplicate".to_owned(), None)
    }
}
