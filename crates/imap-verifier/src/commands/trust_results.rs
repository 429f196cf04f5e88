use crate::app::App;
use crate::error::CommandError;
use crate::rows::{MailboxState, mailbox};
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::ids::MailboxId;
use proto::Fault;

/// Lets the mailbox's own server vouch for unsigned mails, or no longer. The operator must list the server.
pub(crate) async fn trust_results(
    app: &App,
    scope: Scope,
    id: MailboxId,
    trust: bool,
) -> Result<(), CommandError> {
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let known = mailbox::server_of(tx, id.uuid()).await?;
            let known = known.ok_or_else(CommandError::not_found)?;
            if known.state == MailboxState::Removed.as_str() {
                return Err(CommandError::removed());
            }
            // What pushes has no server of its own.
            let host = known.host.ok_or_else(CommandError::pushes)?;
            if trust && app.results.authserv_id(&host).is_none() {
                let problem = format!(
                    "the operator lists no server for {host}: NOXPAY_RESULTS_PROVIDERS of imap-verifier"
                );
                return Err(Fault::new(ErrorCode::WrongState, problem).into());
            }
            Ok(mailbox::set_trusts_results(tx, id.uuid(), trust).await?)
        })
        .await
}
