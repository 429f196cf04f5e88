//! The merchant's own name for a payment.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// 1 to 64 of `[A-Za-z0-9_-]`, not shaped like an intent id (a UUID), so that one route can take either.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderIdError {
    #[error("must have 1 to 64 characters")]
    Length,
    #[error("may hold only letters, digits, '_' and '-'")]
    Character,
    #[error("must not have the form of an intent id (UUID)")]
    LikeAnIntentId,
}

impl OrderId {
    pub const MAX_LEN: usize = 64;

    /// Trims surrounding white space first, as clients of the `NoxPay` dialect expect.
    pub fn parse(text: &str) -> Result<Self, OrderIdError> {
        let text = text.trim();
        if text.is_empty() || text.len() > Self::MAX_LEN {
            return Err(OrderIdError::Length);
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        {
            return Err(OrderIdError::Character);
        }
        if Uuid::try_parse(text).is_ok() {
            return Err(OrderIdError::LikeAnIntentId);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OrderId {
    type Error = OrderIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.0
    }
}

impl std::fmt::Display for OrderId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_shaped_like_an_intent_id_is_refused() {
        for id in [
            "550e8400-e29b-41d4-a716-446655440000",
            "550E8400E29B41D4A716446655440000",
        ] {
            assert_eq!(OrderId::parse(id), Err(OrderIdError::LikeAnIntentId));
        }
    }

    #[test]
    fn white_space_around_is_dropped_and_inside_is_refused() {
        assert_eq!(
            OrderId::parse("  ORDER_1-a ").unwrap().as_str(),
            "ORDER_1-a"
        );
        assert_eq!(OrderId::parse("a b"), Err(OrderIdError::Character));
        assert_eq!(OrderId::parse("a\u{202e}b"), Err(OrderIdError::Character));
        assert_eq!(OrderId::parse("   "), Err(OrderIdError::Length));
        assert_eq!(OrderId::parse(&"a".repeat(65)), Err(OrderIdError::Length));
    }
}
