//! Stable error codes. Clients may rely on their text; each edge maps them by one exhaustive `match`.

/// What went wrong, in words that do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A field of the request is wrong; the message names it.
    Invalid,
    /// The same key or order id was used with another request.
    Conflict,
    /// The thing is not there, or not the caller's.
    NotFound,
    /// The state of the thing forbids it (cancelling what is settled).
    WrongState,
    /// It breaks rules that the caller did not name; which ones is said with it.
    NotAccepted,
    /// Every amount that could tell this intent apart is held.
    AmountSpaceExhausted,
    /// No account that is live can receive this.
    NoAccount,
    /// Another request with the same idempotency key is still running.
    InFlight,
    Unauthenticated,
    Forbidden,
    RateLimited,
    /// A dependency is away; the same request may succeed later.
    Unavailable,
    Internal,
}

impl ErrorCode {
    pub const ALL: [Self; 13] = [
        Self::Invalid,
        Self::Conflict,
        Self::NotFound,
        Self::WrongState,
        Self::NotAccepted,
        Self::AmountSpaceExhausted,
        Self::NoAccount,
        Self::InFlight,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::NotFound => "not_found",
            Self::WrongState => "wrong_state",
            Self::NotAccepted => "not_accepted",
            Self::AmountSpaceExhausted => "amount_space_exhausted",
            Self::NoAccount => "no_account",
            Self::InFlight => "in_flight",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_written() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
        }
    }
}
