//! What can go wrong in a use case, and what a caller is told of it.

use diesel::result::DatabaseErrorKind;
use domain::ErrorCode;
use proto::Fault;
use runtime::internal::ServeError;
use runtime::secrets::NoRandomness;
use std::time::Duration;

/// When a caller may try again after the database was away.
const DATABASE_AWAY: Duration = Duration::from_secs(1);

/// Why a use case did not happen. Whatever it is, its transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is told exactly this.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// An event that can never be handled, for this reason.
    #[error("cannot be handled: {0}")]
    Refused(String),
    #[error("the database refused or is away")]
    Database(#[from] diesel::result::Error),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Somebody else worked on the same rows; the same work, begun anew, will find them still.
    #[error("somebody else worked on the same intent")]
    Contended,
    /// What we stored ourselves makes no sense.
    #[error("stored data is broken: {0}")]
    Broken(&'static str),
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the admin listener")]
    Admin(#[source] std::io::Error),
    #[error("a database URL {0}")]
    DatabaseUrl(#[from] db::InvalidUrl),
    #[error("gRPC")]
    Grpc(#[from] ServeError),
}

impl Error {
    /// The broker's message can never be handled: retrying would block everything behind it.
    ///
    /// A violated constraint is about the content. Anything else (a lost connection, a missing right) may pass.
    pub fn as_refusal(&self) -> Option<String> {
        use DatabaseErrorKind as Kind;
        use diesel::result::Error::DatabaseError;
        match self {
            Self::Refused(reason) => Some(reason.clone()),
            // It will make no more sense next time: a person is told, and replays the event once it is mended.
            Self::Broken(what) => Some(format!("stored data is broken: {what}")),
            Self::Database(DatabaseError(
                Kind::CheckViolation
                | Kind::NotNullViolation
                | Kind::ForeignKeyViolation
                | Kind::UniqueViolation
                | Kind::ExclusionViolation,
                info,
            )) => {
                let name = info.constraint_name().unwrap_or("a constraint");
                Some(format!("violates {name}"))
            }
            _ => None,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(fault) => fault,
            Error::Database(error) if db::is_transient(&error) => {
                tracing::warn!(%error, "the database is away");
                Self::new(ErrorCode::Unavailable, "the database is not reachable")
                    .retry_after(DATABASE_AWAY)
            }
            Error::Database(error) => {
                // Its text may quote rows: it goes to the log alone.
                tracing::error!(%error, "the database refused a statement");
                Self::new(ErrorCode::Internal, "an internal error")
            }
            Error::Contended => {
                Self::new(ErrorCode::Unavailable, "the intent is busy").retry_after(DATABASE_AWAY)
            }
            error @ (Error::Refused(_) | Error::Randomness(_) | Error::Broken(_)) => {
                tracing::error!(%error, "a use case failed");
                Self::new(ErrorCode::Internal, "an internal error")
            }
        }
    }
}

impl From<Error> for tonic::Status {
    fn from(error: Error) -> Self {
        Fault::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::Error as Diesel;

    fn database(kind: DatabaseErrorKind, text: &str) -> Error {
        Error::Database(Diesel::DatabaseError(kind, Box::new(text.to_owned())))
    }

    #[test]
    fn no_sql_text_leaves_the_process() {
        let fault = Fault::from(database(DatabaseErrorKind::Unknown, "relation x (secret)"));
        assert_eq!(fault.code, ErrorCode::Internal);
        assert_eq!(fault.message, "an internal error");
    }

    #[test]
    fn a_database_that_is_away_asks_to_come_back() {
        let away = database(DatabaseErrorKind::UnableToSendCommand, "gone");
        assert_eq!(away.as_refusal(), None);
        let fault = Fault::from(away);
        assert_eq!(fault.code, ErrorCode::Unavailable);
        assert_eq!(fault.retry_after, Some(DATABASE_AWAY));
    }

    #[test]
    fn stored_data_that_makes_no_sense_does_not_block_what_is_behind_it() {
        let reason = Error::Broken("an intent vanished").as_refusal();
        assert_eq!(reason.unwrap(), "stored data is broken: an intent vanished");
    }

    #[test]
    fn a_violated_constraint_is_no_reason_to_try_again() {
        let broken = database(DatabaseErrorKind::CheckViolation, "x");
        assert!(broken.as_refusal().is_some());
        assert_eq!(database(DatabaseErrorKind::Unknown, "x").as_refusal(), None);
    }
}
