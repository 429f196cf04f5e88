//! What is said about an intent: always a full snapshot.

use crate::ids::{IntentId, MerchantId, ObservationId};
use crate::matching::Rung;
use crate::money::Money;
use crate::order_id::OrderId;
use crate::status::{ReviewReason, StatusName};
use crate::text::ShortText;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `intent.created`, the entry into a state, or what concerns a settled intent and leaves its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentEvent {
    Created,
    Entered(StatusName),
    /// A settled intent needs a person: it stays settled. `review_reason` says why.
    Flagged,
    /// It needs none any more.
    Cleared,
    /// A person gave a settled intent more money: it stays settled.
    Overpaid,
}

impl IntentEvent {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "intent.created",
            Self::Flagged => "intent.flagged",
            Self::Cleared => "intent.cleared",
            Self::Overpaid => "intent.overpaid",
            Self::Entered(StatusName::Pending) => "intent.pending",
            Self::Entered(StatusName::Confirming) => "intent.confirming",
            Self::Entered(StatusName::Underpaid) => "intent.underpaid",
            Self::Entered(StatusName::Verifying) => "intent.verifying",
            Self::Entered(StatusName::Review) => "intent.review",
            Self::Entered(StatusName::Settled) => "intent.settled",
            Self::Entered(StatusName::Expired) => "intent.expired",
            Self::Entered(StatusName::Cancelled) => "intent.cancelled",
            Self::Entered(StatusName::Failed) => "intent.failed",
            Self::Entered(StatusName::Reversed) => "intent.reversed",
        }
    }

    pub fn parse(kind: &str) -> Option<Self> {
        match kind.strip_prefix("intent.")? {
            "created" => Some(Self::Created),
            "flagged" => Some(Self::Flagged),
            "cleared" => Some(Self::Cleared),
            "overpaid" => Some(Self::Overpaid),
            state => StatusName::parse(state).map(Self::Entered),
        }
    }
}

/// An intent as it stands after the event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IntentSnapshot {
    pub intent_id: IntentId,
    pub merchant_id: MerchantId,
    pub live: bool,
    pub order_id: OrderId,
    /// Gapless per intent, from 1. Consumers that need order use it, never the queue's order.
    pub sequence: i64,
    pub status: StatusName,
    pub previous_status: Option<StatusName>,
    /// Why a person is asked: in review, and of a settled intent that is flagged.
    pub review_reason: Option<ReviewReason>,
    /// How its state was proved: the weakest rung of the money that settled it, or a person's word. `None` while nothing is
    /// decided.
    #[serde(default)]
    pub proof: Option<Rung>,
    /// What the merchant asked.
    pub amount: Money,
    /// What the payer is asked, to the minor unit.
    pub payable: Money,
    /// `payable - amount`.
    pub adjustment: Money,
    pub received: Money,
    /// Received beyond `payable`, once settled.
    pub excess: Money,
    pub late: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was decided.
    pub settled_at: Option<Timestamp>,
    /// When the payer paid: the end of the interval that the evidence gives.
    pub paid_at: Option<Timestamp>,
    /// False where the price came from a browser and nobody with a secret confirmed it.
    pub amount_trusted: bool,
    /// The merchant's own JSON object, byte for byte.
    pub metadata: Option<Box<RawValue>>,
    pub redirect_url: Option<String>,
    /// The money that was allocated, oldest first.
    pub evidence: Vec<EvidenceSummary>,
}

/// One allocated observation, as far as a merchant may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSummary {
    pub observation_id: ObservationId,
    pub rung: Rung,
    /// As printed by the bank, with leading zeros.
    pub reference: Option<String>,
    pub amount: Money,
    pub payer_vpa: Option<ShortText>,
    pub payer_name: Option<ShortText>,
}
