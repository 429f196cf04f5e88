//! What is said about a refund: always a full snapshot.

use crate::ids::{IntentId, MerchantId, RefundId};
use crate::money::Money;
use crate::order_id::OrderId;
use crate::text::{Reason, ShortText};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundEvent {
    /// It was asked for and may be paid.
    Created,
    /// The money is on its way back: there is evidence of it.
    Processed,
    /// It will not be paid.
    Failed,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Processed,
    Failed,
}

impl RefundEvent {
    pub const ALL: [Self; 3] = [Self::Created, Self::Processed, Self::Failed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "refund.created",
            Self::Processed => "refund.processed",
            Self::Failed => "refund.failed",
        }
    }

    pub fn parse(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == kind)
    }
}

impl RefundStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processed => "processed",
            Self::Failed => "failed",
        }
    }
}

/// A refund as it stands after the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSnapshot {
    pub refund_id: RefundId,
    /// The intent whose money goes back.
    pub intent_id: IntentId,
    pub merchant_id: MerchantId,
    pub live: bool,
    pub order_id: OrderId,
    /// Gapless per refund, from 1.
    pub sequence: i64,
    pub status: RefundStatus,
    pub previous_status: Option<RefundStatus>,
    pub amount: Money,
    /// The merchant's words for it.
    pub reason: Option<Reason>,
    /// Why it failed.
    pub failure: Option<ShortText>,
    /// The bank's reference of the money that went back, as printed: the evidence that it did.
    pub reference: Option<String>,
    pub created_at: Timestamp,
    pub processed_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
}
