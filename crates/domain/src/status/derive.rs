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
    if received < least || facts.receipts.is_empty() {
        return Some(unpaid(terms, facts, received, sight, now));
    }
    let completed = Completed {
        earliest: enough_by(&facts.receipts, least, Interval::from)?,
        latest: enough_by(&facts.receipts, least, Interval::to)?,
    };
    let excess = received.checked_sub(payable)?;
    Some(paid(terms, facts, completed, excess))
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

/// All the money is here; when it was paid decides what that means.
fn paid(terms: &Terms, facts: &Facts, completed: Completed, excess: Money) -> IntentStatus {
    let review = |reason| IntentStatus::Review { reason };
    if facts.cancelled_at.is_some_and(|at| completed.latest > at) {
        return review(ReviewReason::LateAfterCancel);
    }
    // What may have been in time was: the payer gets the benefit.
    let late = completed.earliest > terms.expires_at;
    if completed.earliest > terms.late_until() || (late && terms.policy.late == LatePolicy::Review)
    {
        return review(ReviewReason::Late);
    }
    IntentStatus::Settled {
        paid_at: completed.latest,
        late,
        excess: if excess.is_positive() {
            excess
        } else {
            Money::zero(excess.currency())
        },
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
            IntentStatus::Review {
                reason: ReviewReason::LateAfterCancel,
            }
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
        (true, true) => IntentStatus::Review {
            reason: ReviewReason::UnderpaidAtExpiry,
        },
        (true, false) => IntentStatus::Expired,
        (false, _) if now <= terms.late_until() => IntentStatus::Verifying,
        (false, _) => IntentStatus::Review {
            reason: ReviewReason::SourceBlind,
        },
    }
}
