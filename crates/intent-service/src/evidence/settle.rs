//! New evidence climbs the ladder, and counts for the intent that it names.

use super::Taken;
use super::decide::{Question, allocate, decide_under_lock};
use crate::error::Error;
use crate::payment::Payment;
use crate::rows::finding::{self, Finding, FindingRow};
use db::Tx;
use domain::ids::IntentId;
use domain::matching::{Conflict, Decision, Dedication};

/// Decides about a payment that nothing else speaks of, and applies what was decided.
pub(super) async fn settle(
    tx: &mut Tx,
    payment: &Payment,
    dedication: Dedication,
) -> Result<Taken, Error> {
    let question = Question {
        payment,
        dedication,
        offered_again: false,
    };
    let (decision, named) = decide_under_lock(tx, question).await?;
    // After the lock: what happened to the intent while it was waited for lies before.
    let now = db::clock::now(tx).await?;
    let finding = Finding::Decided(decision.clone());
    let of = (payment.lead, payment.owner());
    finding::add(tx, of, None, &finding, now).await?;
    let entered = match (decision, named) {
        (Decision::Allocate { rung, .. }, Some(named)) => {
            let entered = allocate(tx, payment.lead, payment.amount, named, rung, now).await?;
            entered.map(|status| (status, rung))
        }
        _ => None,
    };
    Ok(Taken::Found {
        outcome: finding.outcome(),
        entered,
    })
}

/// Asks a person about an alert that says word for word what another of the same source said: that may be one payment told
/// twice, or a second one.
pub(super) async fn put_equal_alert_to_review(
    tx: &mut Tx,
    payment: &Payment,
    like: &FindingRow,
) -> Result<Taken, Error> {
    let now = db::clock::now(tx).await?;
    let finding = Finding::Decided(Decision::Review {
        reason: Conflict::EqualAlerts,
        candidates: like
            .intent_id
            .into_iter()
            .map(IntentId::from_uuid)
            .collect(),
    });
    let of = (payment.lead, payment.owner());
    finding::add(tx, of, None, &finding, now).await?;
    Ok(Taken::Found {
        outcome: finding.outcome(),
        entered: None,
    })
}
