//! `/api/v1/admin/dead`: messages that could never be handled, per service.

pub(crate) mod list;
pub(crate) mod replay;

use super::Problem;

/// A service that consumes events.
#[derive(Clone, Copy)]
enum Consumer {
    Intents,
    Mail,
    Webhooks,
}

impl Consumer {
    fn parse(text: Option<String>) -> Result<Self, Problem> {
        const WANTED: &str = "must be intent-service, imap-verifier or webhook-dispatcher";
        match text.as_deref() {
            Some("intent-service") => Ok(Self::Intents),
            Some("imap-verifier") => Ok(Self::Mail),
            Some("webhook-dispatcher") => Ok(Self::Webhooks),
            Some(_) => Err(Problem::invalid("service", WANTED)),
            None => Err(Problem::invalid("service", "is missing")),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Intents => "intent-service",
            Self::Mail => "imap-verifier",
            Self::Webhooks => "webhook-dispatcher",
        }
    }
}
