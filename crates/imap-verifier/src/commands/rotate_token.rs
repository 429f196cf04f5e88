use super::add_push_source::{Issued, Secrets};
use crate::app::App;
use crate::error::CommandError;
use crate::phone::Scheme;
use crate::rows::{MailboxRow, MailboxState, PushRow};
use db::{Scope, Tx};
use domain::ids::MailboxId;

/// Gives a source that pushes another token and key. Whoever has the old ones is nobody from now on.
pub(crate) async fn rotate_token(
    app: &App,
    scope: Scope,
    id: MailboxId,
) -> Result<Issued, CommandError> {
    let issued = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let row = MailboxRow::lock(tx, id.uuid())
                .await?
                .ok_or_else(CommandError::not_found)?;
            if row.state == MailboxState::Removed {
                return Err(CommandError::removed());
            }
            if !row.kind.pushes() {
                return Err(CommandError::is_read());
            }
            let push = PushRow::find(tx, row.id).await?;
            let scheme = push.and_then(|p| Scheme::parse(&p.scheme));
            let scheme = scheme.ok_or_else(CommandError::not_found)?;
            let (secrets, stored) = Secrets::make(app, row.id, scheme)?;
            PushRow::rotate(tx, row.id, stored.token_hash, stored.sealed_key).await?;
            Ok(Issued { row, secrets })
        })
        .await?;
    Ok(issued)
}
