//! What the gateway says about merchants.

use crate::ids::MerchantId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MerchantChange {
    Created,
    Changed,
    Disabled,
}

impl MerchantChange {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "merchant.created",
            Self::Changed => "merchant.changed",
            Self::Disabled => "merchant.disabled",
        }
    }

    pub fn parse(kind: &str) -> Option<Self> {
        [Self::Created, Self::Changed, Self::Disabled]
            .into_iter()
            .find(|c| c.as_str() == kind)
    }
}

/// A merchant as it stands after the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantSnapshot {
    pub merchant_id: MerchantId,
    /// Gapless per merchant, from 1.
    pub sequence: i64,
    pub active: bool,
}
