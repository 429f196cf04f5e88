//! Why a change of a merchant or its credentials did not happen.

use crate::auth::Busy;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The same Idempotency-Key: the secret was shown then, and is not shown again.
    #[error("this was done before with the same Idempotency-Key; secrets are shown once")]
    AlreadyDone,
    #[error("{message}")]
    WrongState { message: &'static str },
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("no secret could be made: {0}")]
    Secret(String),
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}
