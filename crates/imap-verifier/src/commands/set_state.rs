use crate::app::App;
use crate::error::CommandError;
use crate::events;
use crate::owner;
use crate::rows::{BindingRow, MailboxRow, MailboxState, SourceKind, message};
use db::types::to_db;
use db::{Scope, Tx};
use domain::Clock;
use domain::ids::{AccountId, MailboxId};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How far back a phone that is removed is asked what it vouched for.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A mailbox, and what it vouched for of late if it is a phone that was just removed or revoked.
pub(crate) type WithRecorded = (MailboxRow, Vec<Uuid>);

/// Pauses, resumes or removes a mailbox. Whether it counts as a witness for its accounts changes in the same transaction.
pub(crate) async fn set_state(
    app: &App,
    scope: Scope,
    id: MailboxId,
    state: MailboxState,
) -> Result<WithRecorded, CommandError> {
    let clock = app.clock.clone();
    let changed = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let before = MailboxRow::lock(tx, id.uuid())
                .await?
                .ok_or_else(CommandError::not_found)?;
            if before.state == MailboxState::Removed && state != MailboxState::Removed {
                return Err(CommandError::removed());
            }
            if before.state == state {
                let recorded = recorded(tx, &before, &clock).await?;
                return Ok((before, recorded));
            }
            let row = change(tx, &clock, &before, state).await?;
            let recorded = recorded(tx, &row, &clock).await?;
            Ok((row, recorded))
        })
        .await?;
    owner::wake(app);
    Ok(changed)
}

/// Removes a locked mailbox.
pub(super) async fn remove(
    tx: &mut Tx,
    clock: &Clock,
    before: &MailboxRow,
) -> Result<MailboxRow, CommandError> {
    change(tx, clock, before, MailboxState::Removed).await
}

async fn change(
    tx: &mut Tx,
    clock: &Clock,
    before: &MailboxRow,
    state: MailboxState,
) -> Result<MailboxRow, CommandError> {
    let bound = BindingRow::of_mailbox(tx, before.id).await?;
    let accounts: Vec<_> = bound
        .iter()
        .map(|b| AccountId::from_uuid(b.account_id))
        .collect();
    // Said first: a source that is removed says nothing more.
    if before.state.counts() != state.counts() && !accounts.is_empty() {
        events::source_changed(tx, clock, before.id, accounts, state.counts()).await?;
    }
    Ok(MailboxRow::set_state(tx, before.id, state).await?)
}

async fn recorded(tx: &mut Tx, row: &MailboxRow, clock: &Clock) -> Result<Vec<Uuid>, CommandError> {
    if row.kind != SourceKind::Phone || row.state != MailboxState::Removed {
        return Ok(Vec::new());
    }
    let since = look_back(clock.now());
    Ok(message::observations_since(tx, row.id, to_db(since)).await?)
}

/// Since when a phone is asked what it vouched for, where nobody says since when.
pub(super) fn look_back(now: Timestamp) -> Timestamp {
    now.checked_sub(LOOK_BACK).unwrap_or(Timestamp::MIN)
}
