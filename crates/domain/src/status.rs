//! The states of an intent. A status is a pure function of facts, watermarks and the frozen policy.

mod derive;

pub use derive::{Facts, Receipt, Sight, Word, Words, status_of};

use crate::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A state with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentStatus {
    Pending,
    /// Seen on chain, `n` of `of` confirmations.
    Confirming {
        n: u32,
        of: u32,
    },
    /// Part of the money is here and the rest may still come.
    Underpaid {
        received: Money,
    },
    /// Past its deadline while a source that could have seen the payment is behind.
    Verifying,
    Review {
        reason: ReviewReason,
    },
    Settled {
        /// When enough had been paid, at the latest: of one payment, the end of its interval.
        paid_at: Timestamp,
        late: bool,
        excess: Money,
    },
    Expired,
    Cancelled,
    /// Rejected by the merchant, or by the test rail.
    Failed,
    Reversed,
}

/// A state's name, as stored and as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    Pending,
    Confirming,
    Underpaid,
    Verifying,
    Review,
    Settled,
    Expired,
    Cancelled,
    Failed,
    Reversed,
}

/// Why a person is asked about an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Money was paid after the intent was cancelled or failed, or only part of it before.
    LateAfterCancel,
    /// Money arrived after the late window, or the policy asks for every late payment.
    Late,
    /// The time ran out with only part of the money here.
    UnderpaidAtExpiry,
    /// No source could be trusted to have seen everything until the late window ended.
    SourceBlind,
    /// An alert says that the bank took its money back. A settled intent is flagged so without leaving its state.
    ReversalReported,
    /// The source that alone vouched for its money was revoked: a phone that was lost. A settled intent is flagged likewise.
    SourceRevoked,
}

impl StatusName {
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Confirming,
        Self::Underpaid,
        Self::Verifying,
        Self::Review,
        Self::Settled,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::Reversed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirming => "confirming",
            Self::Underpaid => "underpaid",
            Self::Verifying => "verifying",
            Self::Review => "review",
            Self::Settled => "settled",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Reversed => "reversed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Money may still settle it without a person's word, and time may still end it.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Confirming | Self::Underpaid | Self::Verifying
        )
    }

    /// The only list of moves. Late evidence may move `expired`, `cancelled` and `failed` to `settled` or `review`;
    /// only `settled` moves to `reversed`; everything else is final.
    pub const fn may_become(self, next: Self) -> bool {
        use StatusName as S;
        match self {
            S::Pending | S::Confirming | S::Underpaid | S::Verifying | S::Review => {
                !matches!(next, S::Reversed)
            }
            S::Expired | S::Cancelled | S::Failed => matches!(next, S::Settled | S::Review),
            S::Settled => matches!(next, S::Reversed),
            S::Reversed => false,
        }
    }
}

impl std::fmt::Display for StatusName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ReviewReason {
    pub const ALL: [Self; 6] = [
        Self::LateAfterCancel,
        Self::Late,
        Self::UnderpaidAtExpiry,
        Self::SourceBlind,
        Self::ReversalReported,
        Self::SourceRevoked,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LateAfterCancel => "late_after_cancel",
            Self::Late => "late",
            Self::UnderpaidAtExpiry => "underpaid_at_expiry",
            Self::SourceBlind => "source_blind",
            Self::ReversalReported => "reversal_reported",
            Self::SourceRevoked => "source_revoked",
        }
    }
}

impl std::fmt::Display for ReviewReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl IntentStatus {
    pub const fn name(&self) -> StatusName {
        match self {
            Self::Pending => StatusName::Pending,
            Self::Confirming { .. } => StatusName::Confirming,
            Self::Underpaid { .. } => StatusName::Underpaid,
            Self::Verifying => StatusName::Verifying,
            Self::Review { .. } => StatusName::Review,
            Self::Settled { .. } => StatusName::Settled,
            Self::Expired => StatusName::Expired,
            Self::Cancelled => StatusName::Cancelled,
            Self::Failed => StatusName::Failed,
            Self::Reversed => StatusName::Reversed,
        }
    }
}

#[cfg(test)]
mod tests;
