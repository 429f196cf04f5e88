//! Error code ↔ gRPC status.

use domain::ErrorCode;
use std::error::Error as _;
use std::time::Duration;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

const CODE_KEY: &str = "x-noxpay-code";
const FIELD_KEY: &str = "x-noxpay-field";
const RETRY_KEY: &str = "x-noxpay-retry-after-ms";

/// What went wrong in a call between services: a stable code, words for a person, and where it helps, the field and a
/// time to wait.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    pub code: ErrorCode,
    pub message: String,
    pub field: Option<String>,
    pub retry_after: Option<Duration>,
}

impl Fault {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after: None,
        }
    }

    /// A field of the request is wrong. The message goes on from the field's name: "must have 1 to 64 characters".
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(ErrorCode::Invalid, message)
        }
    }

    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

/// The only map from our codes to gRPC's.
const fn grpc_code(code: ErrorCode) -> Code {
    match code {
        ErrorCode::Invalid => Code::InvalidArgument,
        ErrorCode::Conflict => Code::AlreadyExists,
        ErrorCode::NotFound => Code::NotFound,
        ErrorCode::WrongState | ErrorCode::NotAccepted | ErrorCode::NoAccount => {
            Code::FailedPrecondition
        }
        ErrorCode::AmountSpaceExhausted | ErrorCode::RateLimited => Code::ResourceExhausted,
        ErrorCode::InFlight => Code::Aborted,
        ErrorCode::Unauthenticated => Code::Unauthenticated,
        ErrorCode::Forbidden => Code::PermissionDenied,
        ErrorCode::Unavailable => Code::Unavailable,
        ErrorCode::Internal => Code::Internal,
    }
}

/// What a status without our code means (the transport's own failures).
const fn meaning_of(code: Code) -> ErrorCode {
    match code {
        Code::InvalidArgument | Code::OutOfRange => ErrorCode::Invalid,
        Code::NotFound => ErrorCode::NotFound,
        Code::AlreadyExists => ErrorCode::Conflict,
        Code::FailedPrecondition => ErrorCode::WrongState,
        Code::Unauthenticated => ErrorCode::Unauthenticated,
        Code::PermissionDenied => ErrorCode::Forbidden,
        Code::ResourceExhausted => ErrorCode::RateLimited,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Aborted => {
            ErrorCode::Unavailable
        }
        Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            ErrorCode::Internal
        }
    }
}

/// Whether a call was lost on its way: nobody was there, or the other side went away in its midst. What it did there is not
/// known.
#[must_use]
pub fn is_lost(status: &Status) -> bool {
    let answered = status.metadata().contains_key(CODE_KEY);
    match status.code() {
        Code::Unavailable => !answered,
        // The transport's own errors come with their cause, which nothing that was sent over the wire has.
        Code::Unknown | Code::Internal => !answered && status.source().is_some(),
        _ => false,
    }
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let mut metadata = MetadataMap::new();
        metadata.insert(CODE_KEY, MetadataValue::from_static(fault.code.as_str()));
        let texts = [
            (FIELD_KEY, fault.field),
            (
                RETRY_KEY,
                fault.retry_after.map(|d| d.as_millis().to_string()),
            ),
        ];
        for (key, text) in texts {
            if let Some(value) = text.and_then(|t| t.parse().ok()) {
                metadata.insert(key, value);
            }
        }
        Self::with_metadata(grpc_code(fault.code), fault.message, metadata)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        let text = |key| status.metadata().get(key).and_then(|v| v.to_str().ok());
        let code = text(CODE_KEY).and_then(ErrorCode::parse);
        let meant = || match is_lost(&status) {
            true => ErrorCode::Unavailable,
            false => meaning_of(status.code()),
        };
        Self {
            code: code.unwrap_or_else(meant),
            field: text(FIELD_KEY).map(ToOwned::to_owned),
            retry_after: text(RETRY_KEY)
                .and_then(|t| t.parse().ok())
                .map(Duration::from_millis),
            message: status.message().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_the_wire() {
        for code in ErrorCode::ALL {
            let fault = Fault {
                field: Some("amount".to_owned()),
                ..Fault::new(code, "is wrong").retry_after(Duration::from_millis(1500))
            };
            assert_eq!(Fault::from(Status::from(fault.clone())), fault);
        }
    }

    #[test]
    fn a_failure_of_the_transport_is_no_fault_of_the_client() {
        for code in [Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled] {
            assert_eq!(
                Fault::from(Status::new(code, "x")).code,
                ErrorCode::Unavailable
            );
        }
        assert_eq!(Fault::from(Status::unknown("x")).code, ErrorCode::Internal);
    }

    #[test]
    fn a_connection_that_breaks_in_the_midst_of_a_call_is_no_fault_of_ours() {
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let status = Status::from_error(Box::new(broken));
        assert!(is_lost(&status), "{status:?}");
        assert_eq!(Fault::from(status).code, ErrorCode::Unavailable);
        assert!(!is_lost(&Status::internal("a handler's own words")));
        let answered = Status::from(Fault::new(ErrorCode::Unavailable, "the database is away"));
        assert!(!is_lost(&answered), "it got through, and was answered");
    }
}
