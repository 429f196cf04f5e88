//! None of the money of an intent in review is wanted: it fails. Its money may be noted as to be given back.

use super::{Outcome, Word, lock_own, lock_with_money, wrong_state};
use crate::error::Error;
use crate::judge::{judge, unchanged};
use crate::link;
use crate::moves::Cause;
use crate::queries::intents::Key;
use crate::rows::decision::{self, Kind};
use crate::rows::finding::Ruled;
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::rows::ruling::{self, Kind as Ruling};
use db::types::{MinorUnits, to_db};
use db::{Scope, Tx};
use domain::StatusName;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// `kind` is [`Kind::Reject`] or [`Kind::RefundDue`].
pub(super) async fn reject(
    tx: &mut Tx,
    scope: Scope,
    key: &Key,
    word: &Word,
    kind: Kind,
) -> Result<Outcome, Error> {
    let give_back = kind == Kind::RefundDue;
    let intent = if give_back {
        lock_with_money(tx, scope, key).await?
    } else {
        lock_own(tx, scope, key).await?
    };
    match intent.status() {
        StatusName::Review => {}
        StatusName::Failed if last(tx, &intent).await? == Some(kind) => {
            return Ok(Outcome::Intent(Box::new(intent)));
        }
        other => return Err(wrong_state(format!("it is {other}, not in review"))),
    }
    if give_back && intent.received().is_zero() {
        return Err(wrong_state(
            "no money was seen for it: there is nothing to give back",
        ));
    }
    // After the lock: what happened while it was waited for lies before.
    let now = db::clock::now(tx).await?;
    let nothing = BTreeSet::new();
    let new = word.decision(kind, None, &nothing);
    decision::add(tx, scope, intent.id, &new, now).await?;
    if give_back {
        note_refunds(tx, &intent, word, now).await?;
    }
    let rejected = IntentChange {
        rejected_at: Some(to_db(now)),
        rejected_received: Some(MinorUnits(intent.received().minor())),
        ..unchanged(&intent)
    };
    let intent = intent.change(tx, &rejected).await?;
    let intent = intent.ok_or(Error::Broken("an intent moved under its lock"))?;
    let option = OptionRow::first(tx, scope, intent.id).await?;
    let cause = Cause {
        at: now,
        observation: None,
    };
    let judged = judge(tx, intent, &option, cause).await?;
    if judged.entered != Some(StatusName::Failed) {
        return Err(Error::Broken("a rejection failed nothing"));
    }
    link::to_creation(&judged.intent);
    Ok(Outcome::Intent(Box::new(judged.intent)))
}

async fn last(tx: &mut Tx, intent: &IntentRow) -> Result<Option<Kind>, Error> {
    let all = decision::of(tx, intent.scope(), intent.id).await?;
    Ok(all.last().map(|decision| decision.kind.0))
}

/// Each part of its money is noted as to be given back. It stays the intent's: no money moves here.
async fn note_refunds(
    tx: &mut Tx,
    intent: &IntentRow,
    word: &Word,
    now: Timestamp,
) -> Result<(), Error> {
    let nothing = BTreeSet::new();
    for part in Observed::of_intent(tx, intent.scope(), intent.id).await? {
        part.hold(tx).await?;
        let standing = part.standing(tx).await?;
        if standing.outcome == "refund_due" {
            continue;
        }
        let after = Some(&standing);
        let number = part.rule(tx, after, Ruled::RefundDue, now).await?;
        let new = word.ruling(Ruling::RefundDue, &nothing);
        ruling::add(tx, intent.scope(), (part.id.uuid(), number), &new, now).await?;
    }
    Ok(())
}
