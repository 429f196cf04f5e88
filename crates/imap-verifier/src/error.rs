//! What can go wrong, told apart by who can do something about it.

use crate::rows::Fenced;
use db::is_transient;
use domain::ErrorCode;
use proto::Fault;
use runtime::sealing::SealError;
use runtime::secrets::NoRandomness;
use std::time::Duration;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a database URL {0}")]
    Database(#[from] db::InvalidUrl),
    #[error("no resolver can be made for DKIM keys: {0}")]
    Resolver(String),
    #[error("TLS for mailboxes cannot be set up")]
    Tls(#[from] native_tls::Error),
    #[error("no HTTP client can be made: {0}")]
    Http(#[from] runtime::egress::EgressError),
    #[error("the admin listener cannot be bound")]
    Admin(#[source] std::io::Error),
    #[error(transparent)]
    Grpc(#[from] runtime::internal::ServeError),
}

/// Why a call was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The caller's, or a state of things that the caller must hear of.
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the database: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("a sealed secret: {0}")]
    Sealing(#[from] SealError),
    #[error("the broker: {0}")]
    Bus(#[from] bus::BusError),
    #[error("no thread for a mailbox: {0}")]
    Thread(#[from] std::io::Error),
    #[error("no token: {0}")]
    Randomness(#[from] NoRandomness),
    #[error("a source that pushes: {0}")]
    Fenced(Fenced),
}

impl CommandError {
    pub(crate) fn not_found() -> Self {
        Fault::new(ErrorCode::NotFound, "there is no such mailbox").into()
    }

    pub(crate) fn no_phone() -> Self {
        Fault::new(ErrorCode::WrongState, "this source is not a phone").into()
    }

    pub(crate) fn is_read() -> Self {
        let why = "this mailbox is read over IMAP: it has no token";
        Fault::new(ErrorCode::WrongState, why).into()
    }

    pub(crate) fn pushes() -> Self {
        let why = "there is nothing to connect to: this source pushes";
        Fault::new(ErrorCode::WrongState, why).into()
    }

    pub(crate) fn removed() -> Self {
        Fault::new(ErrorCode::WrongState, "the mailbox was removed").into()
    }
}

impl From<Fenced> for CommandError {
    fn from(error: Fenced) -> Self {
        match error {
            Fenced::Database(error) => Self::Database(error),
            Fenced::Superseded => Self::Fenced(error),
            Fenced::Removed => Self::removed(),
        }
    }
}

/// Ours are logged here, once, and told without their inside.
impl From<CommandError> for tonic::Status {
    fn from(error: CommandError) -> Self {
        let away = |what: &str| {
            Fault::new(ErrorCode::Unavailable, format!("{what} is away"))
                .retry_after(Duration::from_secs(1))
        };
        let fault = match error {
            CommandError::Fault(fault) => fault,
            CommandError::Database(error) if is_transient(&error) => {
                tracing::warn!(%error, "the database is away");
                away("the database")
            }
            CommandError::Bus(error) => {
                tracing::warn!(%error, "the broker is away");
                away("the broker")
            }
            error => {
                tracing::error!(%error, "a call failed");
                Fault::new(ErrorCode::Internal, "the call failed")
            }
        };
        fault.into()
    }
}
