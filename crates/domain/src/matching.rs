//! The identity ladder: which intent does this money belong to?
//!
//! Pure: the caller fetches every intent that a rung could name and stores what is decided. Rung a is the reference code in
//! the note; rung d is an amount reserved for one intent alone on a dedicated account.

use crate::evidence::{Direction, PaymentMode};
use crate::ids::{AccountId, IntentId};
use crate::interval::Interval;
use crate::money::Money;
use crate::policy::{earlier, later};
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
    pub created_at: Timestamp,
    /// `expires_at` + late window of the frozen policy.
    pub late_until: Timestamp,
    pub status: StatusName,
    pub settled_at: Option<Timestamp>,
}

/// The fact, and what the rungs found. `by_amount` holds reserved options of the same payable on the same account.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    pub account: AccountId,
    /// Only on an account that receives nothing but intents may an amount alone name an intent.
    pub dedicated: bool,
    pub direction: Direction,
    pub mode: PaymentMode,
    pub amount: Money,
    pub interval: Interval,
    pub by_code: &'a [Candidate],
    pub by_amount: &'a [Candidate],
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

/// Why a person is asked about an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// Cheques, cash and unknown modes can be taken back.
    ModeNeedsAPerson,
    /// A debit or reversal on the account.
    NotACredit,
    /// The note names two intents.
    SeveralCodes,
    /// The code belongs to an intent of another account.
    CodeOfAnotherAccount,
    /// The code says one intent, the reserved amount another.
    RungsDisagree,
    /// Several intents fit the amount and the time.
    SeveralCandidates,
    /// The only intent that fits was created after the money came.
    CreatedLater,
    /// The intent named has its money already.
    AlreadySettled,
}

impl Conflict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ModeNeedsAPerson => "mode_needs_a_person",
            Self::NotACredit => "not_a_credit",
            Self::SeveralCodes => "several_codes",
            Self::CodeOfAnotherAccount => "code_of_another_account",
            Self::RungsDisagree => "rungs_disagree",
            Self::SeveralCandidates => "several_candidates",
            Self::CreatedLater => "created_later",
            Self::AlreadySettled => "already_settled",
        }
    }
}

/// Why money waits in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmatched {
    /// No code, and no reserved amount of that size at that time.
    NoCandidate,
    /// The account also receives other money, so an amount proves nothing there.
    AccountNotDedicated,
}

impl Unmatched {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::AccountNotDedicated => "account_not_dedicated",
        }
    }
}

/// Climbs the ladder. A rung settles only if exactly one intent fits it and no other rung names another.
pub fn decide(e: &Evidence<'_>) -> Decision {
    let fits: Vec<&Candidate> = e.by_amount.iter().filter(|c| fits_amount(c, e)).collect();
    let review = |reason, candidates: Vec<IntentId>| Decision::Review { reason, candidates };
    let ids = |list: &[&Candidate]| list.iter().map(|c| c.intent).collect::<Vec<_>>();

    if e.direction != Direction::Credit {
        return review(
            Conflict::NotACredit,
            ids(&e.by_code.iter().collect::<Vec<_>>()),
        );
    }
    let named: Vec<&Candidate> = e.by_code.iter().collect();
    if !e.mode.settles_alone() {
        let list = if named.is_empty() { &fits } else { &named };
        return review(Conflict::ModeNeedsAPerson, ids(list));
    }
    match named.as_slice() {
        [] => by_amount(e, &fits),
        [one] => by_code(e, one, &fits),
        _ => review(Conflict::SeveralCodes, ids(&named)),
    }
}

fn by_code(e: &Evidence<'_>, one: &Candidate, fits: &[&Candidate]) -> Decision {
    let review = |reason| Decision::Review {
        reason,
        candidates: std::iter::once(one.intent)
            .chain(fits.iter().map(|c| c.intent).filter(|id| *id != one.intent))
            .collect(),
    };
    if one.account != e.account {
        return review(Conflict::CodeOfAnotherAccount);
    }
    if has_its_money(one.status) {
        return review(Conflict::AlreadySettled);
    }
    if e.interval.to() < earlier(one.created_at, CLOCK_SKEW) {
        return review(Conflict::CreatedLater);
    }
    // The amount speaks only where it can: on a dedicated account, about another intent.
    let amount_speaks = e.dedicated && !fits.is_empty();
    if amount_speaks && fits.iter().all(|c| c.intent != one.intent) {
        return review(Conflict::RungsDisagree);
    }
    Decision::Allocate {
        intent: one.intent,
        rung: Rung::Code,
    }
}

fn by_amount(e: &Evidence<'_>, fits: &[&Candidate]) -> Decision {
    let review = |reason| Decision::Review {
        reason,
        candidates: fits.iter().map(|c| c.intent).collect(),
    };
    match fits {
        [] => Decision::Suspense {
            reason: Unmatched::NoCandidate,
        },
        _ if !e.dedicated => Decision::Suspense {
            reason: Unmatched::AccountNotDedicated,
        },
        [one] if has_its_money(one.status) => review(Conflict::AlreadySettled),
        [one] if one.created_at >= e.interval.to() => review(Conflict::CreatedLater),
        [one] => Decision::Allocate {
            intent: one.intent,
            rung: Rung::ReservedAmount,
        },
        _ => review(Conflict::SeveralCandidates),
    }
}

/// Intents in any state count: late money must not hit the next holder of an amount.
fn fits_amount(c: &Candidate, e: &Evidence<'_>) -> bool {
    let until = match c.settled_at {
        Some(at) if has_its_money(c.status) => later(at, SETTLED_BLOCKS).min(c.late_until),
        _ => c.late_until,
    };
    c.account == e.account
        && c.payable == e.amount
        && e.interval.meets(earlier(c.created_at, CLOCK_SKEW), until)
}

const fn has_its_money(status: StatusName) -> bool {
    matches!(status, StatusName::Settled | StatusName::Reversed)
}

#[cfg(test)]
mod tests;
