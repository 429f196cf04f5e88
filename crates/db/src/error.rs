//! What a database error means for the work that met it.

use diesel::result::{DatabaseErrorKind, Error};

/// The server ended the session, or refuses new ones for now (SQLSTATE class 57P and 53300). The driver keeps the message
/// alone, hence the texts; they are those of PostgreSQL 13 to 18.
const SESSION_ENDED: [&str; 10] = [
    "terminating connection",
    "the database system is",
    "sorry, too many clients already",
    "too many connections for",
    "remaining connection slots are reserved",
    "connection to client lost",
    "connection not open",
    "server closed the connection",
    "terminating background worker",
    "database is not currently accepting connections",
];

/// Conditions that pass: 40P01, 55P03, 57014, 53100, 53200.
const PASSING: [&str; 7] = [
    "deadlock detected",
    "canceling statement due to",
    "could not obtain lock",
    "could not extend file",
    "out of memory",
    "out of shared memory",
    "could not resize shared memory",
];

/// Whether the connection is gone, or none could be had in time.
pub fn is_connection_loss(error: &Error) -> bool {
    match error {
        Error::BrokenTransactionManager => true,
        Error::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => true,
            _ => SESSION_ENDED.iter().any(|t| info.message().starts_with(t)),
        },
        _ => false,
    }
}

/// Whether the same work, begun anew, may succeed: the connection was lost, the pool was empty, the server restarts, a
/// deadlock, a serialization failure, a timeout. A request answers 503; a consumer keeps its message and backs off.
///
/// A commit whose answer was lost is transient too, though it may have happened: unique keys make the second try harmless.
pub fn is_transient(error: &Error) -> bool {
    if is_connection_loss(error) {
        return true;
    }
    match error {
        Error::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction => {
                true
            }
            _ => PASSING.iter().any(|t| info.message().starts_with(t)),
        },
        Error::RollbackErrorOnCommit { commit_error, .. } => is_transient(commit_error),
        _ => false,
    }
}

/// Whether somebody else kept a lock for longer than this connection waits (SQLSTATE 55P03, which diesel does not show).
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    let text = "canceling statement due to lock timeout";
    matches!(error, Error::DatabaseError(_, info) if info.message().starts_with(text))
}

/// The constraint that refused the work: a unique, check, exclusion, foreign key or not-null violation, by its name.
pub fn constraint_of(error: &Error) -> Option<&str> {
    match error {
        Error::DatabaseError(_, info) => info.constraint_name(),
        _ => None,
    }
}

/// An error of the pool, or of anything else that leaves us without a connection.
pub(crate) fn no_connection(reason: impl std::fmt::Display) -> Error {
    Error::DatabaseError(
        DatabaseErrorKind::UnableToSendCommand,
        Box::new(reason.to_string()),
    )
}
