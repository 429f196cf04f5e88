//! The money of an intent in review settles it, late or short as it is; that of a settled one is good, although its source was
//! revoked.

use super::{Outcome, Word, lock_own, wrong_state};
use crate::error::Error;
use crate::evidence::flag::{self, Against};
use crate::judge::{judge, unchanged};
use crate::link;
use crate::moves::Cause;
use crate::queries::intents::Key;
use crate::rows::decision::{self, Kind};
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::option::OptionRow;
use db::types::to_db;
use db::{Scope, Tx};
use domain::breach::{Breach, nearly};
use domain::{ReviewReason, StatusName};
use std::collections::BTreeSet;

pub(super) async fn approve(
    tx: &mut Tx,
    scope: Scope,
    key: &Key,
    word: &Word,
) -> Result<Outcome, Error> {
    let intent = lock_own(tx, scope, key).await?;
    match intent.status() {
        StatusName::Review => {}
        StatusName::Settled if intent.review_reason() == Some(ReviewReason::SourceRevoked) => {
            return keep(tx, intent, word).await;
        }
        StatusName::Settled if intent.approved_at.is_some() => {
            return Ok(Outcome::Intent(Box::new(intent)));
        }
        other => return Err(wrong_state(format!("it is {other}, not in review"))),
    }
    if intent.received().is_zero() {
        return Err(wrong_state(
            "no money was seen for it: there is nothing to approve",
        ));
    }
    let option = OptionRow::first(tx, scope, intent.id).await?;
    let breaches = breaches(&intent, &option);
    if let Some(outcome) = word.unaccepted(&breaches)? {
        return Ok(outcome);
    }
    // After the lock: what happened while it was waited for lies before.
    let now = db::clock::now(tx).await?;
    let new = word.decision(Kind::Approve, None, &breaches);
    decision::add(tx, scope, intent.id, &new, now).await?;
    let approved = IntentChange {
        approved_at: Some(to_db(now)),
        doubted_at: Some(None),
        ..unchanged(&intent)
    };
    let intent = intent.change(tx, &approved).await?;
    let intent = intent.ok_or(Error::Broken("an intent moved under its lock"))?;
    let cause = Cause {
        at: now,
        observation: None,
    };
    let judged = judge(tx, intent, &option, cause).await?;
    if judged.entered != Some(StatusName::Settled) {
        return Err(Error::Broken("an approval settled nothing"));
    }
    link::to_creation(&judged.intent);
    Ok(Outcome::Intent(Box::new(judged.intent)))
}

/// A settled intent keeps its money, which a person looked for: it needs nobody any more.
async fn keep(tx: &mut Tx, intent: IntentRow, word: &Word) -> Result<Outcome, Error> {
    let breaches = BTreeSet::from([Breach::SourceRevoked]);
    if let Some(outcome) = word.unaccepted(&breaches)? {
        return Ok(outcome);
    }
    let now = db::clock::now(tx).await?;
    let new = word.decision(Kind::Approve, None, &breaches);
    decision::add(tx, intent.scope(), intent.id, &new, now).await?;
    let approved = IntentChange {
        approved_at: Some(to_db(now)),
        ..unchanged(&intent)
    };
    let intent = intent.change(tx, &approved).await?;
    let intent = intent.ok_or(Error::Broken("an intent moved under its lock"))?;
    let cause = Cause {
        at: now,
        observation: None,
    };
    let cleared = flag::note(tx, intent, Against::Doubted(false), cause).await?;
    Ok(Outcome::Intent(Box::new(cleared.intent)))
}

/// The rules that the approval breaks: the one for which it is in review, and what is missing.
fn breaches(intent: &IntentRow, option: &OptionRow) -> BTreeSet<Breach> {
    let payable = option.payable();
    let short = intent.received() < payable && !nearly(intent.received(), payable);
    let reason = intent.review_reason();
    [
        (Breach::Late, reason == Some(ReviewReason::Late)),
        (
            Breach::AfterCancel,
            reason == Some(ReviewReason::LateAfterCancel) && intent.cancelled_at.is_some(),
        ),
        (
            Breach::Rejected,
            intent.rejected_at.is_some() && intent.matched_at < intent.rejected_at,
        ),
        (Breach::TakenBack, intent.taken_back_at.is_some()),
        (Breach::SourceRevoked, intent.doubted_at.is_some()),
        (Breach::AmountDiffers, short),
    ]
    .into_iter()
    .filter_map(|(breach, broken)| broken.then_some(breach))
    .collect()
}
