//! A locked intent is judged by all its facts, and moved where they say so. As the worker.

use crate::error::Error;
use crate::moves::{self, Cause};
use crate::rows::allocation;
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::option::OptionRow;
use crate::sources;
use db::Tx;
use db::types::{MinorUnits, to_db};
use domain::policy::Terms;
use domain::status::{Facts, Receipt, status_of};
use domain::{IntentStatus, Money, ReviewReason, StatusName};
use jiff::{SignedDuration, Timestamp};

/// How soon an intent is looked at again while a source is behind.
pub(crate) const VERIFYING_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub intent: IntentRow,
    /// The state that it entered, if it moved.
    pub entered: Option<StatusName>,
}

/// Judges `intent`, whose row is locked, as of `cause.at`.
///
/// # Errors
/// [`Error::Broken`] where its amounts cannot be summed; the database's.
pub(crate) async fn judge(
    tx: &mut Tx,
    intent: IntentRow,
    option: &OptionRow,
    cause: Cause,
) -> Result<Judged, Error> {
    const SUM: Error = Error::Broken("an intent's amounts cannot be summed");
    let terms = intent.terms()?;
    let receipts = allocation::receipts(tx, intent.scope(), intent.id)
        .await?
        .ok_or(SUM)?;
    let received = sum(&receipts, option.payable()).ok_or(SUM)?;
    let facts = Facts {
        receipts,
        cancelled_at: intent.cancelled_at,
        ruled_out: was_ruled_out(&intent),
        words: intent.words(),
    };
    let sight = sources::sight(tx, option.account_id).await?;
    let next = status_of(&terms, option.payable(), &facts, sight, cause.at).ok_or(SUM)?;
    let look = next_look(&next, &terms, cause.at);
    if stays(&intent, &next, received) {
        return keep(tx, intent, received, look).await;
    }
    let also = change(&intent, &next, received, look, cause.at);
    let intent = moves::enter(tx, &intent, option, &next, also, cause).await?;
    Ok(Judged {
        entered: Some(intent.status()),
        intent,
    })
}

/// Whether the rest of its money was ruled out before: then that does not depend on its witnesses any more.
fn was_ruled_out(intent: &IntentRow) -> bool {
    intent.status() == StatusName::Expired
        || intent.review_reason() == Some(ReviewReason::UnderpaidAtExpiry)
}

fn sum(receipts: &[Receipt], payable: Money) -> Option<Money> {
    let zero = Money::zero(payable.currency());
    receipts
        .iter()
        .try_fold(zero, |sum, receipt| sum.checked_add(receipt.amount))
}

/// Whether the intent is in that state already, with as much money, or final: what the facts say now may be less than what
/// was decided. A further part enters its state anew: merchant and payer must know what is still due.
fn stays(intent: &IntentRow, next: &IntentStatus, received: Money) -> bool {
    let reason = match next {
        IntentStatus::Review { reason } => Some(*reason),
        _ => None,
    };
    let same = intent.status() == next.name()
        && intent.review_reason() == reason
        && intent.received() == received;
    same || !intent.status().may_become(next.name())
}

/// Keeps the state, and looks again when it may change. Money that a final state does not move for is still counted.
async fn keep(
    tx: &mut Tx,
    intent: IntentRow,
    received: Money,
    look: Option<Timestamp>,
) -> Result<Judged, Error> {
    let change = IntentChange {
        received: (received != intent.received()).then_some(MinorUnits(received.minor())),
        check_at: Some(look.map(to_db)),
        ..unchanged(&intent)
    };
    let kept = intent.change(tx, &change).await?;
    let intent = kept.ok_or(Error::Broken("an intent moved under its lock"))?;
    Ok(Judged {
        intent,
        entered: None,
    })
}

fn change(
    intent: &IntentRow,
    next: &IntentStatus,
    received: Money,
    look: Option<Timestamp>,
    now: Timestamp,
) -> IntentChange {
    let change = IntentChange {
        received: Some(MinorUnits(received.minor())),
        check_at: Some(look.map(to_db)),
        ..unchanged(intent)
    };
    match next {
        IntentStatus::Settled {
            paid_at,
            late,
            excess,
        } => IntentChange {
            excess: Some(MinorUnits(excess.minor())),
            late: Some(*late),
            paid_at: Some(to_db(*paid_at)),
            settled_at: Some(to_db(now)),
            ..change
        },
        _ => change,
    }
}

/// A change of nothing, to be completed.
pub(crate) fn unchanged(intent: &IntentRow) -> IntentChange {
    IntentChange {
        status: intent.status().as_str(),
        review_reason: None,
        sequence: intent.sequence,
        check_at: None,
        cancelled_at: None,
        received: None,
        excess: None,
        late: None,
        paid_at: None,
        settled_at: None,
        matched_at: None,
        matched_received: None,
        approved_at: None,
        rejected_at: None,
        rejected_received: None,
        taken_back_at: None,
        reversed_at: None,
        doubted_at: None,
    }
}

/// When time alone may next change what the facts say. Where only evidence can, never.
fn next_look(next: &IntentStatus, terms: &Terms, now: Timestamp) -> Option<Timestamp> {
    match next {
        IntentStatus::Pending
        | IntentStatus::Confirming { .. }
        | IntentStatus::Underpaid { .. } => Some(terms.over_at()),
        IntentStatus::Verifying => now.checked_add(VERIFYING_PAUSE).ok(),
        IntentStatus::Review { .. }
        | IntentStatus::Settled { .. }
        | IntentStatus::Expired
        | IntentStatus::Cancelled
        | IntentStatus::Failed
        | IntentStatus::Reversed => None,
    }
}
