use lapin::{
    ErrorKind,
    protocol::{AMQPErrorKind, AMQPSoftError},
};

/// Why the broker did not do what was asked. Everything here passes: try again.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("not connected to RabbitMQ")]
    Unavailable,
    #[error("RabbitMQ gave no answer within {0:?}")]
    Timeout(std::time::Duration),
    /// The broker took the message but had no queue for it.
    #[error("RabbitMQ has no queue for the message")]
    Unrouted,
    /// The broker refused the message, for now.
    #[error("RabbitMQ did not take the message")]
    Refused,
    #[error("RabbitMQ: {0}")]
    Broker(#[from] lapin::Error),
}

impl BusError {
    /// Whether the broker closed the channel because an exchange or a queue is not there.
    pub(crate) fn is_missing(&self) -> bool {
        self.soft_error() == Some(AMQPSoftError::NOTFOUND)
    }

    /// Whether the broker closed the channel over a message: the same message will be refused again.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self.soft_error(),
            Some(AMQPSoftError::ACCESSREFUSED | AMQPSoftError::PRECONDITIONFAILED)
        )
    }

    fn soft_error(&self) -> Option<AMQPSoftError> {
        let Self::Broker(error) = self else {
            return None;
        };
        match error.kind() {
            ErrorKind::ProtocolError(error) => match error.kind() {
                AMQPErrorKind::Soft(soft) => Some(soft.clone()),
                AMQPErrorKind::Hard(_) => None,
            },
            _ => None,
        }
    }
}
