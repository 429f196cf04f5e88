//! What callers are told of a failure here.

use domain::ErrorCode;
use proto::Fault;
use std::time::Duration;

/// A failed query as a caller may know it: away for now, or our own fault. The details stand in the log only.
pub(crate) fn database(error: diesel::result::Error) -> Fault {
    if db::is_transient(&error) {
        tracing::warn!(%error, "the database did not answer");
        return Fault::new(ErrorCode::Unavailable, "the database is away")
            .retry_after(Duration::from_secs(1));
    }
    tracing::error!(%error, "a query failed");
    Fault::new(ErrorCode::Internal, "an internal error occurred")
}

/// A fault inside a transaction, so that `?` works on queries there.
pub(crate) struct Failed(pub(crate) Fault);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(database(error))
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}
