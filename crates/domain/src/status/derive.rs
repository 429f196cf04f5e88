//! Facts, watermarks and policy in; status out.

use super::{IntentStatus, ReviewReason};
use crate::interval::Interval;
use crate::money::Money;
use crate::policy::{LatePolicy, Terms};
use jiff::Timestamp;

/// Money that was allocated to the intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub amount: Money,
    pub interval: Interval,
}

/// Everything that happened to an intent. Facts are only ever added, and their order plays no part: queues keep none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub receipts: Vec<Receipt>,
    pub cancelled_at: Option<Timestamp>,
    /// Once, everything that could have seen the rest of its money had looked past its deadline. A witness that is added
    /// later, or falls silent, takes nothing of that back.
    pub ruled_out: bool,
    /// What people decided about its money.
    pub words: Words,
}

/// Decisions of people of the merchant's, and what speaks against its money. A later word stands over an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// A person gave it money, whenever that was paid.
    pub matched: Option<Word>,
    /// A person took its money as it is: late, short, or after a cancellation.
    pub approved_at: Option<Timestamp>,
    /// A person wanted none of its money.
    pub rejected: Option<Word>,
    /// An alert that nobody dismissed says that its money was taken back.
    pub taken_back: bool,
    /// A source that was revoked is all that vouches for some of its money.
    pub doubted: bool,
    /// A person confirmed that its money was taken back.
    pub reversed: bool,
}

/// A person's word covers the money that was there when it was given. More of it is judged anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub at: Timestamp,
    pub received: Money,
}

impl Words {
    /// Whether a match covers so much money, and stands over what was decided at `at`.
    fn matched(&self, received: Money, at: Timestamp) -> bool {
        self.matched
            .is_some_and(|word| word.at >= at && received <= word.received)
    }

    /// What speaks against its money, if anything does: the bank's word first.
    pub fn against(&self) -> Option<ReviewReason> {
        match self {
            Self {
                taken_back: true, ..
            } => Some(ReviewReason::ReversalReported),
            Self { doubted: true, .. } => Some(ReviewReason::SourceRevoked),
            _ => None,
        }
    }

    /// The rejection, if no later word stands over it.
    fn rejected(&self, received: Money) -> Option<Word> {
        let approved = |at| self.approved_at.is_some_and(|approved| approved >= at);
        self.rejected
            .filter(|word| !approved(word.at) && !self.matched(received, word.at))
    }
}

/// How far the sources that could have seen the payment have looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// No source counts for this account: nothing can be ruled out.
    Blind,
    /// The least watermark over all counting sources.
    UpTo(Timestamp),
}

/// The status of an intent that asks for `payable`, at the moment `now`.
///
/// `None` only where the amounts cannot be summed (overflow, mixed currencies): the caller treats that as a fault of the data.
pub fn status_of(
    terms: &Terms,
    payable: Money,
    facts: &Facts,
    sight: Sight,
    now: Timestamp,
) -> Option<IntentStatus> {
    let tolerance = Money::from_minor(terms.policy.tolerance_minor, payable.currency());
    let least = payable.checked_sub(tolerance)?;
    let mut received = Money::zero(payable.currency());
    for receipt in &facts.receipts {
        received = received.checked_add(receipt.amount)?;
    }
    let words = &facts.words;
    if words.reversed {
        return Some(IntentStatus::Reversed);
    }
    let rejected = words.rejected(received);
    if rejected.is_some_and(|r| received <= r.received) {
        return Some(IntentStatus::Failed);
    }
    if facts.receipts.is_empty() {
        return Some(unpaid(terms, facts, received, sight, now));
    }
    let approved = words.approved_at.is_some() && rejected.is_none();
    if let Some(reason) = words.against().filter(|_| !approved) {
        return Some(review(reason));
    }
    if rejected.is_some() {
        return Some(review(ReviewReason::LateAfterCancel));
    }
    if received < least && !approved {
        return Some(unpaid(terms, facts, received, sight, now));
    }
    let enough = least.min(received);
    let completed = Completed {
        earliest: enough_by(&facts.receipts, enough, Interval::from)?,
        latest: enough_by(&facts.receipts, enough, Interval::to)?,
    };
    let excess = received.checked_sub(payable)?;
    let asks = (!approved).then(|| asks_a_person(terms, facts, received, &completed));
    Some(match asks.flatten() {
        Some(reason) => review(reason),
        None => settled(terms, &completed, excess),
    })
}

const fn review(reason: ReviewReason) -> IntentStatus {
    IntentStatus::Review { reason }
}

/// When enough was paid, as early and as late as that can have been. Of one payment, its interval.
struct Completed {
    earliest: Timestamp,
    latest: Timestamp,
}

/// The moment by which the payments that `end` puts before it are enough, in whatever order they were read.
fn enough_by(
    receipts: &[Receipt],
    least: Money,
    end: fn(&Interval) -> Timestamp,
) -> Option<Timestamp> {
    let mut by_time: Vec<(Timestamp, Money)> = receipts
        .iter()
        .map(|receipt| (end(&receipt.interval), receipt.amount))
        .collect();
    by_time.sort_by_key(|(at, _)| *at);
    let mut sum = Money::zero(least.currency());
    for (at, amount) in by_time {
        sum = sum.checked_add(amount)?;
        if sum >= least {
            return Some(at);
        }
    }
    None
}

/// All the money is here. Why its time needs a person, if it does, and no person gave it that money.
fn asks_a_person(
    terms: &Terms,
    facts: &Facts,
    received: Money,
    completed: &Completed,
) -> Option<ReviewReason> {
    let matched = |at| facts.words.matched(received, at);
    let cancelled = facts.cancelled_at.filter(|at| !matched(*at));
    if cancelled.is_some_and(|at| completed.latest > at) {
        return Some(ReviewReason::LateAfterCancel);
    }
    let after_window = completed.earliest > terms.late_until();
    let asked_for = is_late(terms, completed) && terms.policy.late == LatePolicy::Review;
    ((after_window || asked_for) && !matched(Timestamp::MIN)).then_some(ReviewReason::Late)
}

/// What may have been in time was: the payer gets the benefit.
fn is_late(terms: &Terms, completed: &Completed) -> bool {
    completed.earliest > terms.expires_at
}

fn settled(terms: &Terms, completed: &Completed, excess: Money) -> IntentStatus {
    IntentStatus::Settled {
        paid_at: completed.latest,
        late: is_late(terms, completed),
        excess: excess.max(Money::zero(excess.currency())),
    }
}

fn unpaid(
    terms: &Terms,
    facts: &Facts,
    received: Money,
    sight: Sight,
    now: Timestamp,
) -> IntentStatus {
    let partial = !received.is_zero();
    if facts.cancelled_at.is_some() {
        return if partial {
            review(ReviewReason::LateAfterCancel)
        } else {
            IntentStatus::Cancelled
        };
    }
    let deadline = terms.deadline();
    if now <= deadline {
        return if partial {
            IntentStatus::Underpaid { received }
        } else {
            IntentStatus::Pending
        };
    }
    let seen_all = facts.ruled_out || matches!(sight, Sight::UpTo(up_to) if up_to > deadline);
    match (seen_all, partial) {
        (true, true) => review(ReviewReason::UnderpaidAtExpiry),
        (true, false) => IntentStatus::Expired,
        (false, _) if now <= terms.late_until() => IntentStatus::Verifying,
        (false, _) => review(ReviewReason::SourceBlind),
    }
}
