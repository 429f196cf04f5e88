//! An amount as it was sent: shown, never computed with.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// The digits of a JSON number, in rupees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount(String);

impl Amount {
    pub(crate) fn is_zero(&self) -> bool {
        self.0.chars().all(|c| matches!(c, '0' | '.' | '-'))
    }

    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.get().trim_matches('"').to_owned()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INR {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_kept_as_sent() {
        let amount: Amount = serde_json::from_str("499.00").unwrap();
        assert_eq!(amount.to_string(), "INR 499.00");
        assert!(!amount.is_zero());
        assert!(serde_json::from_str::<Amount>("0.00").unwrap().is_zero());
    }
}
