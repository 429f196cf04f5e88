//! The identity ladder: which intent does this money belong to?
//!
//! Pure: the caller fetches every intent that a rung could name and stores what is decided. Rung a is the reference code in
//! the note; rung c the UPI ID that the payer declared; rung d an amount reserved for one intent alone on a dedicated
//! account; rung e the UTR that the payer typed. Anybody who knows an intent's id can declare and type: c and e are hints,
//! and stand behind what the bank says itself.

mod conflict;
mod dedication;
mod joining;
mod ladder;

pub use conflict::{Conflict, Unmatched};
pub use dedication::{Dedication, Receipts};
pub use joining::{Told, may_be_one};
pub use ladder::{decide, has_its_money};

use crate::evidence::{Direction, PaymentMode};
use crate::ids::{AccountId, IntentId};
use crate::interval::Interval;
use crate::money::Money;
use crate::status::StatusName;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Clocks of banks and of ours differ: an intent is a candidate from this long before its creation.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(2);
/// A settled intent blocks its amount for this long, since a payer may pay twice.
pub const SETTLED_BLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Which proof named the intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// a: the reference code in the note.
    Code,
    /// c: the payer's VPA as declared on the checkout, with the exact amount.
    DeclaredVpa,
    /// d: the reserved amount alone.
    ReservedAmount,
    /// e: the UTR that the payer typed.
    ClaimedUtr,
    /// No rung: a person of the merchant's said so.
    MerchantWord,
}

impl Rung {
    /// The strongest first.
    pub const ALL: [Self; 5] = [
        Self::Code,
        Self::DeclaredVpa,
        Self::ReservedAmount,
        Self::ClaimedUtr,
        Self::MerchantWord,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::DeclaredVpa => "declared_vpa",
            Self::ReservedAmount => "reserved_amount",
            Self::ClaimedUtr => "claimed_utr",
            Self::MerchantWord => "merchant_word",
        }
    }
}

/// An intent that a rung may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub intent: IntentId,
    /// The account of the option that was named.
    pub account: AccountId,
    pub payable: Money,
    /// Whether `payable` is held for this intent alone.
    pub reserved: bool,
    pub created_at: Timestamp,
    /// `expires_at` + late window of the frozen policy.
    pub late_until: Timestamp,
    pub status: StatusName,
    pub settled_at: Option<Timestamp>,
}

/// An intent whose payer named the UPI ID that the money came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub candidate: Candidate,
    pub declared_at: Timestamp,
}

/// The fact, and what the rungs found.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    pub account: AccountId,
    /// Whether the amount may speak.
    pub dedication: Dedication,
    /// Whether this money waited already and a payer's word brought it up again: then its amount proves nothing more.
    pub offered_again: bool,
    /// Whether only sources that were revoked told of it.
    pub doubted: bool,
    pub direction: Direction,
    pub mode: PaymentMode,
    pub amount: Money,
    pub interval: Interval,
    pub by_code: &'a [Candidate],
    pub by_vpa: &'a [Declared],
    /// Options of the same payable on the same account, reserved or not.
    pub by_amount: &'a [Candidate],
    /// Intents of the same account whose payer typed its reference.
    pub by_claim: &'a [Candidate],
}

/// What to do with the observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The money belongs to this intent; its policy says what that means.
    Allocate { intent: IntentId, rung: Rung },
    /// A person is asked about the *observation*; every intent stays payable.
    Review {
        reason: Conflict,
        candidates: Vec<IntentId>,
    },
    /// It fits nothing: visible, waiting for a stronger proof.
    Suspense { reason: Unmatched },
}

#[cfg(test)]
mod tests;
