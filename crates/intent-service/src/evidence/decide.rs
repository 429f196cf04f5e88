//! The ladder over a payment, and the money that goes to the intent that it names.

use super::candidates::{Found, Named};
use crate::error::Error;
use crate::judge::judge;
use crate::link;
use crate::moves::Cause;
use crate::payment::Payment;
use crate::rows::allocation::{self, Entry};
use crate::rows::intent::IntentRow;
use db::{Connection, Tx};
use domain::ids::{IntentId, ObservationId};
use domain::matching::{Decision, Dedication, Evidence, Rung, decide};
use domain::{Money, StatusName};
use jiff::Timestamp;

/// What the ladder is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) payment: &'a Payment,
    /// Whether the amounts of its account may speak.
    pub(super) dedication: Dedication,
    /// Whether the money waited, and only a payer's word is new.
    pub(super) offered_again: bool,
}

/// Decides, locks the intent that was named, and decides again if it moved in between: a second payment of the same moment
/// then finds it settled. What is allocated comes with its locked intent.
pub(super) async fn decide_under_lock(
    tx: &mut Tx,
    question: Question<'_>,
) -> Result<(Decision, Option<Named>), Error> {
    let mut found = Found::look(tx, question.payment).await?;
    let mut locked: Option<IntentRow> = None;
    loop {
        let decision = ladder(question, &found)?;
        let Decision::Allocate { intent, .. } = &decision else {
            return Ok((decision, None));
        };
        let named = found
            .get(*intent)
            .cloned()
            .ok_or(Error::Broken("a decision names no candidate"))?;
        if locked.as_ref().is_some_and(|row| row.id == *intent) {
            return Ok((decision, Some(named)));
        }
        if locked.is_some() {
            // Two locks in the order of discovery could wait for each other: begin anew.
            return Err(Error::Contended);
        }
        let row = IntentRow::lock(tx, named.intent.scope(), *intent)
            .await?
            .ok_or(Error::Broken("an intent vanished"))?;
        if row.sequence == named.intent.sequence && row.received == named.intent.received {
            let intent = row;
            return Ok((decision, Some(Named { intent, ..named })));
        }
        locked = Some(row);
        found = Found::look(tx, question.payment).await?;
    }
}

fn ladder(question: Question<'_>, found: &Found) -> Result<Decision, Error> {
    let payment = question.payment;
    let candidates = found.candidates()?;
    Ok(decide(&Evidence {
        account: payment.account,
        dedication: question.dedication,
        offered_again: question.offered_again,
        doubted: payment.is_doubted(),
        direction: payment.direction,
        mode: payment.mode(),
        amount: payment.amount,
        interval: payment.interval(),
        by_code: &candidates.by_code,
        by_vpa: &candidates.by_vpa,
        by_amount: &candidates.by_amount,
        by_claim: &candidates.by_claim,
    }))
}

/// Whether the ladder names `intent` for a payment that it was given, as if it still asked for it.
pub(super) async fn names(
    conn: &Connection,
    question: Question<'_>,
    intent: IntentId,
) -> Result<bool, Error> {
    let found = Found::look(conn, question.payment).await?;
    let decision = ladder(question, &found.before(intent))?;
    Ok(matches!(decision, Decision::Allocate { intent: named, .. } if named == intent))
}

/// Gives the money of `observation` to the locked intent and judges it anew. The state that it entered, if it moved.
pub(super) async fn allocate(
    tx: &mut Tx,
    observation: ObservationId,
    amount: Money,
    named: Named,
    rung: Rung,
    now: Timestamp,
) -> Result<Option<StatusName>, Error> {
    let Named { intent, option } = named;
    let (receipt, excess) = split(amount, option.payable(), intent.received())
        .ok_or(Error::Broken("an intent's amounts cannot be summed"))?;
    let entry = Entry {
        scope: intent.scope(),
        intent: intent.id,
        option_no: option.option_no,
        observation,
        rung,
        at: now,
    };
    allocation::add(tx, entry, receipt, excess).await?;
    let cause = Cause {
        at: now,
        observation: Some(observation),
    };
    let judged = judge(tx, intent, &option, cause).await?;
    if judged.entered.is_some() {
        link::to_creation(&judged.intent);
    }
    Ok(judged.entered)
}

/// What is still due of `payable`, and what goes beyond. `None` on overflow.
pub(crate) fn split(amount: Money, payable: Money, received: Money) -> Option<(Money, Money)> {
    let due = payable.checked_sub(received)?;
    let due = due.max(Money::zero(due.currency()));
    let receipt = amount.min(due);
    Some((receipt, amount.checked_sub(receipt)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_beyond_what_is_due_is_excess() {
        let split = |amount, payable, received| {
            let inr = Money::inr;
            let (receipt, excess) = split(inr(amount), inr(payable), inr(received)).unwrap();
            (receipt.minor(), excess.minor())
        };
        assert_eq!(split(100, 49_900, 0), (100, 0));
        assert_eq!(split(60_000, 49_900, 0), (49_900, 10_100));
        assert_eq!(split(49_900, 49_900, 100), (49_800, 100));
        assert_eq!(split(500, 49_900, 60_000), (0, 500));
    }
}
