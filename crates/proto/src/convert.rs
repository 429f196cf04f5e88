//! Wire ↔ domain.

use crate::{Fault, common, intent};
use domain::{Currency, ErrorCode, Money, StatusName};
use jiff::Timestamp;
use std::str::FromStr;

/// Domain money for the wire.
pub fn money(m: Money) -> common::Money {
    common::Money {
        minor: m.minor().to_string(),
        currency: m.currency().code().to_owned(),
    }
}

/// Wire money of a request; the fault names `field`.
pub fn parse_money(m: Option<&common::Money>, field: &str) -> Result<Money, Fault> {
    let m = m.ok_or_else(|| Fault::invalid(field, "is missing"))?;
    let currency = Currency::parse(&m.currency)
        .ok_or_else(|| Fault::invalid(field, "has an unknown currency"))?;
    let minor = m
        .minor
        .parse()
        .map_err(|_| Fault::invalid(field, "is out of range"))?;
    Ok(Money::from_minor(minor, currency))
}

/// Wire money of a reply: anything wrong is the other side's fault.
pub fn reply_money(m: Option<&common::Money>) -> Result<Money, Fault> {
    parse_money(m, "money").map_err(|f| Fault::new(ErrorCode::Internal, f.message))
}

/// Domain time for the wire.
pub fn timestamp(t: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: t.as_second(),
        nanos: t.subsec_nanosecond(),
    }
}

/// Wire time of a reply; absent and impossible times are `None`.
pub fn parse_timestamp(t: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    t.and_then(|t| Timestamp::new(t.seconds, t.nanos).ok())
}

/// An id of a request; the fault names `field`.
pub fn parse_id<T: FromStr>(text: &str, field: &str) -> Result<T, Fault> {
    text.parse()
        .map_err(|_| Fault::invalid(field, "is not an id (UUID)"))
}

/// Proto3 has no absent strings: empty means absent.
pub fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl From<StatusName> for intent::IntentStatus {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Pending => Self::Pending,
            StatusName::Confirming => Self::Confirming,
            StatusName::Underpaid => Self::Underpaid,
            StatusName::Verifying => Self::Verifying,
            StatusName::Review => Self::Review,
            StatusName::Settled => Self::Settled,
            StatusName::Expired => Self::Expired,
            StatusName::Cancelled => Self::Cancelled,
            StatusName::Failed => Self::Failed,
            StatusName::Reversed => Self::Reversed,
        }
    }
}

/// The state's name; `None` where it is unspecified or of a newer version.
pub fn status_name(wire: i32) -> Option<StatusName> {
    match intent::IntentStatus::try_from(wire).ok()? {
        intent::IntentStatus::Unspecified => None,
        intent::IntentStatus::Pending => Some(StatusName::Pending),
        intent::IntentStatus::Confirming => Some(StatusName::Confirming),
        intent::IntentStatus::Underpaid => Some(StatusName::Underpaid),
        intent::IntentStatus::Verifying => Some(StatusName::Verifying),
        intent::IntentStatus::Review => Some(StatusName::Review),
        intent::IntentStatus::Settled => Some(StatusName::Settled),
        intent::IntentStatus::Expired => Some(StatusName::Expired),
        intent::IntentStatus::Cancelled => Some(StatusName::Cancelled),
        intent::IntentStatus::Failed => Some(StatusName::Failed),
        intent::IntentStatus::Reversed => Some(StatusName::Reversed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_the_wire() {
        for name in StatusName::ALL {
            let wire = i32::from(intent::IntentStatus::from(name));
            assert_eq!(status_name(wire), Some(name));
        }
        assert_eq!(status_name(0), None);
        assert_eq!(status_name(99), None);
    }

    #[test]
    fn money_of_an_unknown_currency_names_its_field() {
        let wire = common::Money {
            minor: "1".to_owned(),
            currency: "EUR".to_owned(),
        };
        let fault = parse_money(Some(&wire), "amount").unwrap_err();
        assert_eq!(fault.field.as_deref(), Some("amount"));
        assert_eq!(
            parse_money(Some(&money(Money::inr(-5))), "amount"),
            Ok(Money::inr(-5))
        );
    }
}
