//! An intent enters a state: the guarded row, the transition and the event, in one transaction.

use crate::error::Error;
use crate::rows::intent::{IntentChange, IntentRow};
use crate::rows::option::OptionRow;
use crate::rows::transition;
use crate::snapshot;
use db::{Tx, outbox};
use domain::event::{Envelope, Event, IntentEvent, Producer};
use domain::ids::ObservationId;
use domain::{IntentStatus, StatusName};
use jiff::Timestamp;
use tokio::join;

/// When it happened, and which evidence caused it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    pub at: Timestamp,
    pub observation: Option<ObservationId>,
}

/// Says that the intent was created.
pub(crate) async fn announce(
    tx: &mut Tx,
    intent: &IntentRow,
    option: &OptionRow,
    at: Timestamp,
) -> Result<(), Error> {
    let cause = Cause {
        at,
        observation: None,
    };
    publish(tx, intent, option, None, IntentEvent::Created, cause).await
}

/// Moves a locked intent into `next`, with what else changes with it (`also`), and says so.
///
/// # Errors
/// [`Error::Broken`] if the state may not become that one, or somebody moved it despite the lock: then nothing is committed.
pub(crate) async fn enter(
    tx: &mut Tx,
    intent: &IntentRow,
    option: &OptionRow,
    next: &IntentStatus,
    also: IntentChange,
    cause: Cause,
) -> Result<IntentRow, Error> {
    let name = next.name();
    if !intent.status().may_become(name) {
        return Err(Error::Broken("a move that is on no list"));
    }
    let reason = match next {
        IntentStatus::Review { reason } => Some(reason.as_str()),
        _ => None,
    };
    let change = IntentChange {
        status: name.as_str(),
        review_reason: Some(reason),
        sequence: intent.sequence.saturating_add(1),
        ..also
    };
    let moved = intent
        .change(tx, &change)
        .await?
        .ok_or(Error::Broken("an intent moved under its lock"))?;
    let event = IntentEvent::Entered(name);
    publish(tx, &moved, option, Some(intent.status()), event, cause).await?;
    Ok(moved)
}

/// Changes a locked intent without moving it (`also`), and says `event` of it.
///
/// # Errors
/// [`Error::Broken`] if somebody moved it despite the lock: then nothing is committed.
pub(crate) async fn note(
    tx: &mut Tx,
    intent: &IntentRow,
    option: &OptionRow,
    event: IntentEvent,
    also: IntentChange,
    cause: Cause,
) -> Result<IntentRow, Error> {
    let change = IntentChange {
        sequence: intent.sequence.saturating_add(1),
        ..also
    };
    let noted = intent
        .change(tx, &change)
        .await?
        .ok_or(Error::Broken("an intent moved under its lock"))?;
    publish(tx, &noted, option, Some(intent.status()), event, cause).await?;
    Ok(noted)
}

async fn publish(
    tx: &mut Tx,
    intent: &IntentRow,
    option: &OptionRow,
    previous: Option<StatusName>,
    event: IntentEvent,
    cause: Cause,
) -> Result<(), Error> {
    let snapshot = snapshot::of(tx, intent, option, previous).await?;
    let event = Event::Intent(event, Box::new(snapshot));
    let envelope = Envelope::new(Producer::IntentService, cause.at, event);
    let named = (envelope.id, envelope.event.kind());
    let trace = runtime::trace::current().to_map();
    // Neither needs the other's answer: one round trip.
    let (added, appended) = join!(
        transition::add(tx, intent, previous, named, cause.observation, cause.at),
        outbox::append(tx, &envelope, &trace),
    );
    added?;
    appended?;
    Ok(())
}
