//! Evidence that waits belongs to no intent: it is no sale, is to be given back, or is asked about again.

use super::{Outcome, Word, wrong_state};
use crate::error::Error;
use crate::evidence::reversal::Struck;
use crate::rows::account::AccountRow;
use crate::rows::finding::{FindingRow, Ruled};
use crate::rows::observed::Observed;
use crate::rows::ruling::{self, Kind};
use db::{Scope, Tx};
use domain::evidence::Direction;
use domain::ids::ObservationId;
use domain::{ErrorCode, Mode};
use proto::Fault;
use std::collections::BTreeSet;

/// No sale: the merchant's own transfer, or an alert without consequence.
pub(super) async fn dismiss(
    tx: &mut Tx,
    scope: Scope,
    id: ObservationId,
    word: &Word,
) -> Result<Outcome, Error> {
    let (observed, _) = reach(tx, scope, id).await?;
    // Intents before evidence, as everywhere.
    let struck = struck(tx, &observed).await?;
    let standing = match waiting(tx, &observed, "dismissed").await? {
        Some(standing) => standing,
        None => return Ok(done(id)),
    };
    rule(
        tx,
        scope,
        &observed,
        &standing,
        (Ruled::Dismissed, Kind::Dismiss),
        word,
    )
    .await?;
    let now = db::clock::now(tx).await?;
    struck.unflag(tx, &observed, now).await?;
    Ok(done(id))
}

/// To be given back to the payer. Nothing moves here: the list of what is due shows it.
pub(super) async fn give_back(
    tx: &mut Tx,
    scope: Scope,
    id: ObservationId,
    word: &Word,
) -> Result<Outcome, Error> {
    let (observed, _) = reach(tx, scope, id).await?;
    if observed.direction.0 != Direction::Credit {
        return Err(wrong_state("only a credit can be given back"));
    }
    let Some(standing) = waiting(tx, &observed, "refund_due").await? else {
        return Ok(done(id));
    };
    rule(
        tx,
        scope,
        &observed,
        &standing,
        (Ruled::RefundDue, Kind::RefundDue),
        word,
    )
    .await?;
    Ok(done(id))
}

/// Puts it back to review, as long as nothing of it belongs to an intent.
pub(super) async fn restore(
    tx: &mut Tx,
    scope: Scope,
    id: ObservationId,
    word: &Word,
) -> Result<Outcome, Error> {
    let (observed, _) = reach(tx, scope, id).await?;
    let struck = struck(tx, &observed).await?;
    observed.hold(tx).await?;
    let standing = observed.standing(tx).await?;
    match standing.outcome.as_str() {
        "dismissed" | "refund_due" => {}
        "review" if standing.reason.as_deref() == Some("restored") => return Ok(done(id)),
        other => return Err(wrong_state(format!("it is {other}, not put aside"))),
    }
    if observed.is_allocated(tx).await? {
        return Err(wrong_state("it belongs to an intent: decide about that"));
    }
    rule(
        tx,
        scope,
        &observed,
        &standing,
        (Ruled::Restored, Kind::Restore),
        word,
    )
    .await?;
    let now = db::clock::now(tx).await?;
    struck.flag(tx, &observed, now).await?;
    Ok(done(id))
}

/// What a reversal alert is about; of other evidence nothing.
async fn struck(tx: &mut Tx, observed: &Observed) -> Result<Struck, Error> {
    match observed.direction.0 {
        Direction::Reversal => Struck::by(tx, observed).await,
        Direction::Credit | Direction::Debit => Ok(Struck::default()),
    }
}

/// The evidence and its account, if the caller owns that or uses it.
pub(super) async fn reach(
    tx: &mut Tx,
    scope: Scope,
    id: ObservationId,
) -> Result<(Observed, AccountRow), Error> {
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such observation");
    let observed = Observed::find(tx, id).await?.ok_or_else(missing)?;
    if Mode::from_live(observed.live) != scope.mode {
        return Err(missing().into());
    }
    let account = AccountRow::usable_by(tx, observed.account_id, scope).await?;
    let account = account.ok_or_else(missing)?;
    observed.alone(tx).await?;
    Ok((observed, account))
}

/// Holds the evidence. Its finding, if it waits; nothing, if `already` was decided about it.
async fn waiting(
    tx: &mut Tx,
    observed: &Observed,
    already: &str,
) -> Result<Option<FindingRow>, Error> {
    observed.hold(tx).await?;
    let standing = observed.standing(tx).await?;
    match standing.outcome.as_str() {
        "review" | "suspense" => Ok(Some(standing)),
        same if same == already => Ok(None),
        other => Err(wrong_state(format!("it does not wait: it is {other}"))),
    }
}

async fn rule(
    tx: &mut Tx,
    scope: Scope,
    observed: &Observed,
    standing: &FindingRow,
    (ruled, kind): (Ruled, Kind),
    word: &Word,
) -> Result<(), Error> {
    let now = db::clock::now(tx).await?;
    let number = observed.rule(tx, Some(standing), ruled, now).await?;
    let new = word.ruling(kind, &BTreeSet::new());
    ruling::add(tx, scope, (observed.id.uuid(), number), &new, now).await?;
    Ok(())
}

const fn done(id: ObservationId) -> Outcome {
    Outcome::Observation { id, intent: None }
}
