//! Why money waits, or a person is asked.

use serde::{Deserialize, Serialize};

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
    /// The payer of an intent typed this UTR, but amount or time do not fit that intent.
    ClaimDoesNotFit,
    /// The payers of several intents typed this UTR.
    SeveralClaims,
    /// Another channel told this payment, and what it says does not fit the intent that was settled by it.
    EvidenceDisagrees,
    /// A second alert without a reference that says the same as one before: the same payment told twice, or two.
    EqualAlerts,
    /// Only a source that was revoked told of it.
    SourceRevoked,
}

impl Conflict {
    pub const ALL: [Self; 13] = [
        Self::ModeNeedsAPerson,
        Self::NotACredit,
        Self::SeveralCodes,
        Self::CodeOfAnotherAccount,
        Self::RungsDisagree,
        Self::SeveralCandidates,
        Self::CreatedLater,
        Self::AlreadySettled,
        Self::ClaimDoesNotFit,
        Self::SeveralClaims,
        Self::EvidenceDisagrees,
        Self::EqualAlerts,
        Self::SourceRevoked,
    ];

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
            Self::ClaimDoesNotFit => "claim_does_not_fit",
            Self::SeveralClaims => "several_claims",
            Self::EvidenceDisagrees => "evidence_disagrees",
            Self::EqualAlerts => "equal_alerts",
            Self::SourceRevoked => "source_revoked",
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
    /// The amount fits, but the account often received what fits no intent: until its owner says so, amounts prove nothing.
    DedicationSuspended,
    /// An intent asks for this amount without holding it for itself alone.
    AmountNotReserved,
}

impl Unmatched {
    pub const ALL: [Self; 4] = [
        Self::NoCandidate,
        Self::AccountNotDedicated,
        Self::DedicationSuspended,
        Self::AmountNotReserved,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::AccountNotDedicated => "account_not_dedicated",
            Self::DedicationSuspended => "dedication_suspended",
            Self::AmountNotReserved => "amount_not_reserved",
        }
    }
}
