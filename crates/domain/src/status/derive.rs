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

/// Everything that happened to an intent. Facts are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// In the order in which they were stored.
    pub receipts: Vec<Receipt>,
    pub cancelled_at: Option<Timestamp>,
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
    let mut completed = None;
    for receipt in &facts.receipts {
        received = received.checked_add(receipt.amount)?;
        if completed.is_none() && received >= least {
            completed = Some(receipt.interval);
        }
    }
    match completed {
        Some(interval) => {
            let excess = received.checked_sub(payable)?;
            Some(paid(terms, facts, interval, excess))
        }
        None => Some(unpaid(terms, facts, received, sight, now)),
    }
}

/// All the money is here; when it was paid decides what that means.
fn paid(terms: &Terms, facts: &Facts, interval: Interval, excess: Money) -> IntentStatus {
    let review = |reason| IntentStatus::Review { reason };
    if facts.cancelled_at.is_some_and(|at| interval.to() > at) {
        return review(ReviewReason::LateAfterCancel);
    }
    // An interval that reaches back to the deadline may have been in time: the payer gets the benefit.
    let late = interval.from() > terms.expires_at;
    if interval.from() > terms.late_until() || (late && terms.policy.late == LatePolicy::Review) {
        return review(ReviewReason::Late);
    }
    IntentStatus::Settled {
        paid_at: interval.to(),
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
    let seen_all = matches!(sight, Sight::UpTo(up_to) if up_to > deadline);
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
