//! What a person's word about money breaks. Each broken rule is shown, and must be named by whoever goes on all the same.

use crate::evidence::{PaymentMode, Strength};
use crate::ids::{AccountId, IntentId};
use crate::interval::Interval;
use crate::money::Money;
use crate::policy::{LatePolicy, Terms};
use crate::status::StatusName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A rule that would be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// By more than a payer's rounding.
    AmountDiffers,
    CreatedLater,
    AnotherFits,
    CodeNamesAnother,
    AccountNotDedicated,
    OtherAccount,
    AlreadySettled,
    ModeMayBounce,
    Provisional,
    Contradicted,
    TakenBack,
    SourceRevoked,
    Rejected,
    Late,
    AfterCancel,
}

impl Breach {
    pub const ALL: [Self; 15] = [
        Self::AmountDiffers,
        Self::CreatedLater,
        Self::AnotherFits,
        Self::CodeNamesAnother,
        Self::AccountNotDedicated,
        Self::OtherAccount,
        Self::AlreadySettled,
        Self::ModeMayBounce,
        Self::Provisional,
        Self::Contradicted,
        Self::TakenBack,
        Self::SourceRevoked,
        Self::Rejected,
        Self::Late,
        Self::AfterCancel,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmountDiffers => "amount_differs",
            Self::CreatedLater => "created_later",
            Self::AnotherFits => "another_fits",
            Self::CodeNamesAnother => "code_names_another",
            Self::AccountNotDedicated => "account_not_dedicated",
            Self::OtherAccount => "other_account",
            Self::AlreadySettled => "already_settled",
            Self::ModeMayBounce => "mode_may_bounce",
            Self::Provisional => "provisional",
            Self::Contradicted => "contradicted",
            Self::TakenBack => "taken_back",
            Self::SourceRevoked => "source_revoked",
            Self::Rejected => "rejected",
            Self::Late => "late",
            Self::AfterCancel => "after_cancel",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.as_str() == text)
    }

    /// For a person.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AmountDiffers => "the amount is not what is due",
            Self::CreatedLater => "the intent was created after the money came",
            Self::AnotherFits => "another intent fits as well",
            Self::CodeNamesAnother => "the code in the payer's note names another intent",
            Self::AccountNotDedicated => {
                "the account also receives other money, and no code names this intent"
            }
            Self::OtherAccount => "the intent asked for the money on another account",
            Self::AlreadySettled => "the intent has its money already",
            Self::ModeMayBounce => "money that came this way can be taken back",
            Self::Provisional => {
                "the bank printed no reference: the same payment may be told again"
            }
            Self::Contradicted => "the same reference was also told with another amount",
            Self::TakenBack => "an alert says that the bank took this money back",
            Self::SourceRevoked => "only a phone that was revoked vouches for this money",
            Self::Rejected => "the intent was rejected",
            Self::Late => "it was paid later than the policy takes without a person",
            Self::AfterCancel => "it was paid after the intent was cancelled",
        }
    }

    /// Whether only the owner's role may break it. The others concern the merchant's own patience alone.
    pub const fn is_conflict(self) -> bool {
        !matches!(self, Self::Late | Self::AfterCancel)
    }
}

/// Money, and the intent that a person would give it to.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    pub account: AccountId,
    /// Whether the account receives nothing but intents.
    pub dedicated: bool,
    pub mode: PaymentMode,
    pub strength: Strength,
    pub contradicted: bool,
    pub taken_back: bool,
    /// Only sources that were revoked told of it.
    pub doubted: bool,
    pub amount: Money,
    pub interval: Interval,
    /// Intents whose codes stand in the note.
    pub named: &'a [IntentId],
    /// Intents that the amount and the time fit.
    pub fits: &'a [IntentId],
    pub intent: IntentId,
    /// The account of the intent's option.
    pub asked_at: AccountId,
    pub payable: Money,
    pub received: Money,
    pub terms: &'a Terms,
    pub status: StatusName,
    pub cancelled_at: Option<Timestamp>,
}

impl Proposal<'_> {
    /// Every rule that it breaks.
    pub fn breaches(&self) -> BTreeSet<Breach> {
        use Breach as B;
        let named = self.named.contains(&self.intent);
        let other = |ids: &[IntentId]| ids.iter().any(|id| *id != self.intent);
        let settled = self.status == StatusName::Settled;
        let cancelled = self.cancelled_at.is_some_and(|at| self.interval.to() > at);
        let due = || self.payable.checked_sub(self.received);
        [
            (
                B::AmountDiffers,
                !settled && due().is_none_or(|due| !nearly(self.amount, due)),
            ),
            (B::CreatedLater, self.terms.created_at >= self.interval.to()),
            (B::AnotherFits, other(self.fits)),
            (B::CodeNamesAnother, other(self.named)),
            (B::AccountNotDedicated, !self.dedicated && !named),
            (B::OtherAccount, self.account != self.asked_at),
            (B::AlreadySettled, settled),
            (B::ModeMayBounce, !self.mode.settles_alone()),
            (B::Provisional, self.strength == Strength::Provisional),
            (B::Contradicted, self.contradicted),
            (B::TakenBack, self.taken_back),
            (B::SourceRevoked, self.doubted),
            (B::Rejected, self.status == StatusName::Failed),
            (B::Late, !cancelled && too_late(self.terms, self.interval)),
            (B::AfterCancel, cancelled),
        ]
        .into_iter()
        .filter_map(|(breach, broken)| broken.then_some(breach))
        .collect()
    }

    /// A payer rounded down: with a person's word that is enough.
    pub fn is_rounded_down(&self) -> bool {
        let due = self.payable.checked_sub(self.received);
        due.is_some_and(|due| self.amount < due && nearly(self.amount, due))
    }
}

/// Payers round: by less than a rupee, and downwards by no more than 1 %, since tiny prices would be given away.
pub fn nearly(amount: Money, due: Money) -> bool {
    const RUPEE: i64 = 100;
    let Some(over) = amount.checked_sub(due).map(Money::minor) else {
        return false;
    };
    due.is_positive() && over < RUPEE && over > -RUPEE && -over.saturating_mul(100) <= due.minor()
}

/// Whether the policy asks a person about money of that time.
fn too_late(terms: &Terms, interval: Interval) -> bool {
    let from = interval.from();
    from > terms.late_until()
        || (from > terms.expires_at && terms.policy.late == LatePolicy::Review)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use jiff::SignedDuration;

    #[test]
    fn payers_round_by_less_than_a_rupee() {
        let near = |amount, due| nearly(Money::inr(amount), Money::inr(due));
        assert!(near(49_900, 49_899) && near(49_900, 49_810) && near(49_900, 49_900));
        assert!(near(49_801, 49_900), "99 paise of 499 are under 1 %");
        assert!(!near(49_800, 49_900) && !near(50_000, 49_900));
        assert!(!near(50, 100), "half of one rupee is no rounding");
        assert!(!near(50, 0) && !near(50, -50), "nothing is due");
    }

    #[test]
    fn every_rule_is_read_as_written_and_has_words() {
        for breach in Breach::ALL {
            assert_eq!(Breach::parse(breach.as_str()), Some(breach));
            assert!(!breach.words().is_empty());
        }
    }

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    fn broken(change: impl FnOnce(&mut Proposal<'_>)) -> Vec<&'static str> {
        let terms = Terms {
            created_at: at(0),
            expires_at: at(15),
            grace: SignedDuration::from_mins(10),
            policy: Policy::default(),
        };
        let account = AccountId::new();
        let intent = IntentId::random();
        let mut proposal = Proposal {
            account,
            dedicated: true,
            mode: PaymentMode::Upi,
            strength: Strength::Strong,
            contradicted: false,
            taken_back: false,
            doubted: false,
            amount: Money::inr(49_900),
            interval: Interval::second(at(5)),
            named: &[],
            fits: &[],
            intent,
            asked_at: account,
            payable: Money::inr(49_899),
            received: Money::inr(0),
            terms: &terms,
            status: StatusName::Pending,
            cancelled_at: None,
        };
        change(&mut proposal);
        proposal
            .breaches()
            .into_iter()
            .map(Breach::as_str)
            .collect()
    }

    #[test]
    fn a_rounded_payment_in_time_breaks_no_rule() {
        assert!(broken(|_| {}).is_empty());
    }

    #[test]
    fn each_broken_rule_is_named() {
        let others: &[IntentId] = vec![IntentId::random()].leak();
        assert_eq!(
            broken(|p| p.amount = Money::inr(60_000)),
            ["amount_differs"]
        );
        assert_eq!(
            broken(|p| p.interval = Interval::second(at(-5))),
            ["created_later"]
        );
        assert_eq!(broken(|p| p.fits = others), ["another_fits"]);
        assert_eq!(broken(|p| p.named = others), ["code_names_another"]);
        assert_eq!(broken(|p| p.dedicated = false), ["account_not_dedicated"]);
        assert_eq!(broken(|p| p.asked_at = AccountId::new()), ["other_account"]);
        assert_eq!(
            broken(|p| p.status = StatusName::Settled),
            ["already_settled"]
        );
        assert_eq!(
            broken(|p| p.mode = PaymentMode::Cheque),
            ["mode_may_bounce"]
        );
        assert_eq!(
            broken(|p| p.strength = Strength::Provisional),
            ["provisional"]
        );
        assert_eq!(broken(|p| p.contradicted = true), ["contradicted"]);
        assert_eq!(broken(|p| p.taken_back = true), ["taken_back"]);
        assert_eq!(broken(|p| p.doubted = true), ["source_revoked"]);
        assert_eq!(broken(|p| p.status = StatusName::Failed), ["rejected"]);
        assert_eq!(broken(|p| p.interval = Interval::second(at(256))), ["late"]);
        assert_eq!(broken(|p| p.cancelled_at = Some(at(4))), ["after_cancel"]);
    }
}
