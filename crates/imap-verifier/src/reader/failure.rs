//! How a session ends.

use crate::rows::Fenced;
use runtime::egress::EgressError;
use std::io::ErrorKind;

const SEALED: &str =
    "the installation's sealing keys are not those that sealed this: see imap-verifier's log";
const OURS: &str = "try again; see imap-verifier's log";

/// Why a session ended. None of them carries what the server said: it may repeat names.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// We were told to.
    #[error("stopped")]
    Stopped,
    #[error("the host has no address that may be reached")]
    Resolve,
    #[error("the host does not accept a connection")]
    Connect,
    #[error("no trusted TLS session could be made")]
    Tls,
    /// The server refused the name or the password.
    #[error("the server refused the password")]
    Password,
    /// The server could not check the password now.
    #[error("the server could not log us in")]
    Login,
    /// The provider refused the refresh token or the client.
    #[error("the provider refused the refresh token")]
    TokenRefused,
    /// The provider gave no access token now.
    #[error("the provider gave no access token")]
    TokenAway,
    #[error("the folder cannot be opened")]
    Select,
    #[error("the newest mail cannot be read")]
    Read,
    #[error("the server cannot say when mail arrives")]
    Idle,
    #[error("the connection was lost: {0}")]
    Lost(&'static str),
    /// Another replica reads the mailbox.
    #[error("another reader took the mailbox over")]
    Superseded,
    #[error("the stored password cannot be opened: {0}")]
    Sealed(#[from] runtime::sealing::SealError),
    #[error("the database: {0}")]
    Database(#[from] diesel::result::Error),
    /// The thread panicked: an answer that the IMAP client cannot take.
    #[error("the IMAP client gave up")]
    Panicked,
}

impl Failure {
    /// A coarse code for the mailbox's row, the merchant and metrics.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Password | Self::Login => "login",
            Self::TokenRefused | Self::TokenAway => "token",
            Self::Select => "select",
            Self::Read => "read",
            Self::Idle => "idle",
            Self::Lost(_) | Self::Panicked => "connection",
            Self::Superseded => "superseded",
            Self::Sealed(_) => "sealed",
            Self::Database(_) => "database",
        }
    }

    /// Whether trying again is of no use until a person has done something.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Password | Self::TokenRefused)
    }

    /// What a merchant can do about it.
    pub(crate) const fn advice(&self) -> &'static str {
        match self {
            Self::Resolve => "check the host's name",
            Self::Connect => "check host and port, and that the server can be reached from here",
            Self::Tls => "the server needs a certificate that this machine trusts, under that name",
            Self::Password => {
                "check user name and password (many providers want an app password): noxpay mailbox set-password gives another, noxpay mailbox resume tries the same again"
            }
            Self::Login => "the server could not log in now: try again in some minutes",
            Self::TokenRefused => {
                "let the owner of the mailbox consent again, and give the new refresh token: noxpay mailbox set-password --refresh-token-file"
            }
            Self::TokenAway => "check the token URL, and try again in some minutes",
            Self::Select => "check the folder's name",
            Self::Read => {
                "the server opens the folder and does not give its mails: ask who runs it"
            }
            Self::Idle => {
                "the server does not announce new mail: it is asked every five seconds instead"
            }
            Self::Sealed(_) => SEALED,
            Self::Lost(_) | Self::Panicked => "the connection broke: the next try may do better",
            Self::Stopped | Self::Superseded | Self::Database(_) => OURS,
        }
    }

    /// The same for a failure of which the code was kept; `refused`, if a password or refresh token was.
    pub(crate) fn advice_on(code: &str, refused: bool) -> &'static str {
        let failure = match (code, refused) {
            ("resolve", _) => Self::Resolve,
            ("connect", _) => Self::Connect,
            ("tls", _) => Self::Tls,
            ("login", true) => Self::Password,
            ("login", false) => Self::Login,
            ("token", true) => Self::TokenRefused,
            ("token", false) => Self::TokenAway,
            ("select", _) => Self::Select,
            ("read", _) => Self::Read,
            ("idle", _) => Self::Idle,
            ("connection", _) => Self::Panicked,
            ("sealed", _) => return SEALED,
            _ => return OURS,
        };
        failure.advice()
    }

    /// What the server made of a command, unless we were told to stop.
    pub(super) fn of(error: &imap::Error) -> Self {
        match error {
            imap::Error::Io(io) => match io.kind() {
                ErrorKind::ConnectionAborted => Self::Stopped,
                ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Lost("no answer in time"),
                ErrorKind::InvalidData => Self::Lost("the answer is too long"),
                _ => Self::Lost("input or output"),
            },
            imap::Error::ConnectionLost => Self::Lost("closed"),
            imap::Error::Bye(_) => Self::Lost("the server said goodbye"),
            imap::Error::No(_) | imap::Error::Bad(_) => Self::Lost("a command was refused"),
            _ => Self::Lost("an answer that makes no sense"),
        }
    }
}

impl From<EgressError> for Failure {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Refused | EgressError::Unresolvable => Self::Resolve,
            EgressError::Tls => Self::Tls,
            EgressError::Connect
            | EgressError::Timeout
            | EgressError::TooLarge
            | EgressError::Protocol
            | EgressError::Internal => Self::Connect,
        }
    }
}

impl From<Fenced> for Failure {
    fn from(error: Fenced) -> Self {
        match error {
            Fenced::Superseded => Self::Superseded,
            Fenced::Removed => Self::Stopped,
            Fenced::Database(error) => Self::Database(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_failure_gives_its_advice() {
        for failure in [
            Failure::Resolve,
            Failure::Connect,
            Failure::Tls,
            Failure::Password,
            Failure::Login,
            Failure::TokenRefused,
            Failure::TokenAway,
            Failure::Select,
            Failure::Read,
            Failure::Idle,
            Failure::Lost("closed"),
            Failure::Panicked,
            Failure::Database(diesel::result::Error::NotFound),
        ] {
            let kept = Failure::advice_on(failure.code(), failure.is_refusal());
            assert_eq!(kept, failure.advice(), "{failure}");
        }
    }
}
