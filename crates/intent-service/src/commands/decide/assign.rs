//! A person says whose money it is.

use super::observation::reach;
use super::{Outcome, Word, lock_own, wrong_state};
use crate::error::Error;
use crate::evidence::decide::split;
use crate::judge::{judge, unchanged};
use crate::link;
use crate::moves::{self, Cause};
use crate::queries::intents::Key;
use crate::rows::account::AccountRow;
use crate::rows::allocation::{self, Entry};
use crate::rows::decision::{self, Kind};
use crate::rows::finding::Ruled;
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::rows::ruling::{self, Kind as Ruling};
use crate::weigh::Weighed;
use db::types::{MinorUnits, to_db};
use db::{Scope, Tx};
use domain::event::IntentEvent;
use domain::evidence::Direction;
use domain::ids::ObservationId;
use domain::matching::Rung;
use domain::{ErrorCode, Money, StatusName};
use proto::Fault;

pub(super) async fn assign(
    tx: &mut Tx,
    scope: Scope,
    id: ObservationId,
    key: &Key,
    word: &Word,
) -> Result<Outcome, Error> {
    let (observed, account) = reach(tx, scope, id).await?;
    let intent = target(tx, scope, key, &account).await?;
    observed.hold(tx).await?;
    let standing = observed.standing(tx).await?;
    if standing.rung.map(|rung| rung.0) == Some(Rung::MerchantWord)
        && standing.intent_id == Some(intent.id.uuid())
    {
        return Ok(done(id, intent));
    }
    if !standing.is_open() {
        let outcome = &standing.outcome;
        return Err(wrong_state(format!("it does not wait: it is {outcome}")));
    }
    if observed.direction.0 != Direction::Credit {
        return Err(wrong_state("only a credit can be an intent's money"));
    }
    if intent.status() == StatusName::Reversed {
        return Err(wrong_state("the intent is reversed"));
    }
    let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
    let weighed = Weighed::of(tx, observed.clone(), account).await?;
    let verdict = weighed.against(&intent, &option)?;
    if let Some(outcome) = word.unaccepted(&verdict.breaches)? {
        return Ok(outcome);
    }
    // After the locks: what happened while they were waited for lies before.
    let now = db::clock::now(tx).await?;
    let ruled = Ruled::Allocated(intent.id);
    let number = observed.rule(tx, Some(&standing), ruled, now).await?;
    let new = word.ruling(Ruling::Match, &verdict.breaches);
    ruling::add(tx, scope, (id.uuid(), number), &new, now).await?;
    let new = word.decision(Kind::Match, Some(id), &verdict.breaches);
    decision::add(tx, intent.scope(), intent.id, &new, now).await?;
    let cause = Cause {
        at: now,
        observation: Some(id),
    };
    let intent = give(tx, &observed, intent, &option, cause, verdict.rounded_down).await?;
    Ok(done(id, intent))
}

/// Gives the money to the locked intent, which is judged as for any evidence. `enough`: it settles, short as it is.
async fn give(
    tx: &mut Tx,
    observed: &Observed,
    intent: IntentRow,
    option: &OptionRow,
    cause: Cause,
    enough: bool,
) -> Result<IntentRow, Error> {
    const SUM: Error = Error::Broken("an intent's amounts cannot be summed");
    let amount = observed.amount();
    let (receipt, excess) = split(amount, option.payable(), intent.received()).ok_or(SUM)?;
    let entry = Entry {
        scope: intent.scope(),
        intent: intent.id,
        option_no: option.option_no,
        observation: observed.id,
        rung: Rung::MerchantWord,
        at: cause.at,
    };
    allocation::add(tx, entry, receipt, excess).await?;
    let received = intent.received().checked_add(amount).ok_or(SUM)?;
    let at = to_db(cause.at);
    let matched = IntentChange {
        matched_at: Some(at),
        matched_received: Some(MinorUnits(received.minor())),
        ..unchanged(&intent)
    };
    if intent.status() == StatusName::Settled {
        let over = received.checked_sub(option.payable()).ok_or(SUM)?;
        let over = over.max(Money::zero(over.currency()));
        let paid_twice = IntentChange {
            received: Some(MinorUnits(received.minor())),
            excess: Some(MinorUnits(over.minor())),
            ..matched
        };
        let event = IntentEvent::Overpaid;
        return moves::note(tx, &intent, option, event, paid_twice, cause).await;
    }
    let matched = IntentChange {
        approved_at: enough.then_some(at),
        ..matched
    };
    let intent = intent.change(tx, &matched).await?;
    let intent = intent.ok_or(Error::Broken("an intent moved under its lock"))?;
    let judged = judge(tx, intent, option, cause).await?;
    if judged.entered == Some(StatusName::Settled) {
        let rung = Rung::MerchantWord.as_str();
        metrics::counter!("noxpay_intents_settled_total", "rung" => rung).increment(1);
    }
    if judged.entered.is_some() {
        link::to_creation(&judged.intent);
    }
    Ok(judged.intent)
}

/// The intent, locked: the caller's own, or another project's on the caller's own account.
async fn target(
    tx: &mut Tx,
    scope: Scope,
    key: &Key,
    account: &AccountRow,
) -> Result<IntentRow, Error> {
    let Key::Id(id) = key else {
        return lock_own(tx, scope, key).await;
    };
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such intent");
    let found = IntentRow::find_anywhere(tx, *id).await?;
    let found = found.ok_or_else(missing)?;
    let of = found.scope();
    let foreign = of.merchant != scope.merchant;
    if of.mode != scope.mode || (foreign && account.merchant_id != scope.merchant) {
        return Err(missing().into());
    }
    if AccountRow::usable_by(tx, account.id, of).await?.is_none() {
        return Err(missing().into());
    }
    Ok(IntentRow::lock(tx, of, *id).await?.ok_or_else(missing)?)
}

fn done(id: ObservationId, intent: IntentRow) -> Outcome {
    Outcome::Observation {
        id,
        intent: Some(Box::new(intent)),
    }
}
