use crate::app::App;
use crate::error::CommandError;
use crate::events;
use crate::owner;
use crate::rows::{BindingRow, MailboxRow, MailboxState};
use db::{Scope, Tx};
use domain::ids::{AccountId, MailboxId};

/// Pauses, resumes or removes a mailbox. Whether it counts as a witness for its accounts changes in the same transaction.
pub(crate) async fn set_state(
    app: &App,
    scope: Scope,
    id: MailboxId,
    state: MailboxState,
) -> Result<MailboxRow, CommandError> {
    let clock = app.clock.clone();
    let row = app
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
                return Ok(before);
            }
            let row = MailboxRow::set_state(tx, before.id, state).await?;
            let bound = BindingRow::of_mailbox(tx, before.id).await?;
            let accounts: Vec<_> = bound
                .iter()
                .map(|b| AccountId::from_uuid(b.account_id))
                .collect();
            if before.state.counts() != state.counts() && !accounts.is_empty() {
                events::source_changed(tx, &clock, before.id, accounts, state.counts()).await?;
            }
            Ok(row)
        })
        .await?;
    owner::wake(app);
    Ok(row)
}
