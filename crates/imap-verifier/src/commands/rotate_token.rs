use super::add_push_source::Issued;
use crate::app::App;
use crate::error::CommandError;
use crate::rows::push::token_hash;
use crate::rows::{MailboxRow, MailboxState, PushRow};
use db::{Scope, Tx};
use domain::ids::MailboxId;
use runtime::secrets::random_token;

/// Gives a source that pushes another token. Whoever has the old one is nobody from now on.
pub(crate) async fn rotate_token(
    app: &App,
    scope: Scope,
    id: MailboxId,
) -> Result<Issued, CommandError> {
    let token = random_token()?;
    let hash = token_hash(&token);
    let row = app
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
            PushRow::rotate(tx, row.id, hash.clone(), None).await?;
            Ok(row)
        })
        .await?;
    Ok(Issued {
        row,
        token: token.into(),
    })
}
