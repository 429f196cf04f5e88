//! The bank took the money of a settled intent back, and a person confirms it; or it never came, although a phone that was
//! revoked since said so.

use super::{Outcome, Word, lock_with_money, wrong_state};
use crate::error::Error;
use crate::evidence::doubt;
use crate::judge::{judge, unchanged};
use crate::moves::Cause;
use crate::queries::intents::Key;
use crate::rows::allocation::{self, Entry};
use crate::rows::decision::{self, Kind};
use crate::rows::finding::{FindingRow, Ruled};
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::rows::ruling::{self, Kind as Ruling};
use crate::rows::rupees;
use db::types::to_db;
use db::{Scope, Tx};
use domain::breach::Breach;
use domain::ids::ObservationId;
use domain::matching::Rung;
use domain::{Money, StatusName};
use jiff::Timestamp;
use std::collections::BTreeSet;

pub(super) async fn reverse(
    tx: &mut Tx,
    scope: Scope,
    key: &Key,
    word: &Word,
) -> Result<Outcome, Error> {
    let intent = lock_with_money(tx, scope, key).await?;
    match intent.status() {
        StatusName::Settled => {}
        StatusName::Reversed => return Ok(Outcome::Intent(Box::new(intent))),
        other => return Err(wrong_state(format!("it is {other}, not settled"))),
    }
    let Some(loss) = loss(tx, &intent).await? else {
        return never_came(tx, intent, word).await;
    };
    let differs = loss.reversal.amount() != loss.allocated;
    let breaches: BTreeSet<Breach> = differs
        .then_some(Breach::AmountDiffers)
        .into_iter()
        .collect();
    if let Some(outcome) = word.unaccepted(&breaches)? {
        return Ok(outcome);
    }
    // After the lock: what happened while it was waited for lies before.
    let now = db::clock::now(tx).await?;
    let reversal = &loss.reversal;
    let new = word.decision(Kind::Reverse, Some(reversal.id), &breaches);
    decision::add(tx, scope, intent.id, &new, now).await?;
    let ruled = Ruled::Reversed(intent.id);
    let number = reversal.rule(tx, Some(&loss.standing), ruled, now).await?;
    let new = word.ruling(Ruling::Reverse, &breaches);
    ruling::add(tx, scope, (reversal.id.uuid(), number), &new, now).await?;
    let entry = Entry {
        scope,
        intent: intent.id,
        option_no: loss.option_no,
        observation: loss.credit.id,
        rung: Rung::MerchantWord,
        at: now,
    };
    allocation::take_back(tx, entry, loss.allocated.min(reversal.amount())).await?;
    enter(tx, intent, reversal.id, now).await
}

/// Takes what only revoked sources vouch for out of the ledger.
async fn never_came(tx: &mut Tx, intent: IntentRow, word: &Word) -> Result<Outcome, Error> {
    let doubted = match intent.doubted_at {
        Some(_) => doubt::in_doubt(tx, &intent).await?,
        None => Vec::new(),
    };
    let Some(first) = doubted.first().map(|part| part.observation) else {
        return Err(wrong_state(
            "no alert that waits for a decision says that its money was taken back, nor was a source revoked that alone \
             vouches for it",
        ));
    };
    // After the lock: what happened while it was waited for lies before.
    let now = db::clock::now(tx).await?;
    let new = word.decision(Kind::Reverse, Some(first), &BTreeSet::new());
    decision::add(tx, intent.scope(), intent.id, &new, now).await?;
    for part in doubted {
        let entry = Entry {
            scope: intent.scope(),
            intent: intent.id,
            option_no: part.option_no,
            observation: part.observation,
            rung: Rung::MerchantWord,
            at: now,
        };
        allocation::take_back(tx, entry, part.amount).await?;
    }
    enter(tx, intent, first, now).await
}

async fn enter(
    tx: &mut Tx,
    intent: IntentRow,
    because_of: ObservationId,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let reversed = IntentChange {
        reversed_at: Some(to_db(now)),
        ..unchanged(&intent)
    };
    let intent = intent.change(tx, &reversed).await?;
    let intent = intent.ok_or(Error::Broken("an intent moved under its lock"))?;
    let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
    let cause = Cause {
        at: now,
        observation: Some(because_of),
    };
    let judged = judge(tx, intent, &option, cause).await?;
    if judged.entered != Some(StatusName::Reversed) {
        return Err(Error::Broken("a reversal reversed nothing"));
    }
    Ok(Outcome::Intent(Box::new(judged.intent)))
}

/// Money of the intent's, and the alert that it was taken back.
struct Loss {
    credit: Observed,
    /// What of it is the intent's.
    allocated: Money,
    option_no: i16,
    reversal: Observed,
    standing: FindingRow,
}

/// The first such alert that still waits for a person, held.
async fn loss(tx: &mut Tx, intent: &IntentRow) -> Result<Option<Loss>, Error> {
    for credit in Observed::of_intent(tx, intent.scope(), intent.id).await? {
        let Some(reversal) = credit.reversal(tx).await? else {
            continue;
        };
        reversal.hold(tx).await?;
        let standing = reversal.standing(tx).await?;
        if !standing.is_open() {
            continue;
        }
        let parts = credit.allocated(tx).await?;
        let own = parts.iter().filter(|part| part.intent_id == intent.id);
        let mut allocated = Money::zero(reversal.amount().currency());
        let mut option_no = crate::rows::option::FIRST;
        for part in own {
            allocated = allocated
                .checked_add(rupees(part.amount))
                .ok_or(Error::Broken("allocations overflow"))?;
            option_no = part.option_no;
        }
        return Ok(Some(Loss {
            credit,
            allocated,
            option_no,
            reversal,
            standing,
        }));
    }
    Ok(None)
}
