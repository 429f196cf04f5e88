use crate::app::Shared;
use crate::error::CommandError;
use crate::oauth;
use crate::reader::{self, Failure, Probe, Reins, Target};
use crate::rows::{MailboxRow, MailboxState};
use db::{Scope, Tx};
use domain::ids::MailboxId;
use std::time::{Duration, Instant};

/// Shorter than what a caller waits for its answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Tries a mailbox out: connects, logs in, opens the folder, reads the newest mail's sender, idles. Stores nothing but a
/// refresh token that the provider replaced.
pub(crate) async fn test_mailbox(
    app: &Shared,
    scope: Scope,
    id: MailboxId,
) -> Result<Probe, CommandError> {
    let row = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok::<_, CommandError>(MailboxRow::find(tx, id.uuid()).await?)
        })
        .await?
        .ok_or_else(CommandError::not_found)?;
    if row.state == MailboxState::Removed {
        return Err(CommandError::removed());
    }
    let server = row.server().ok_or_else(CommandError::pushes)?;
    let deadline = Instant::now() + PATIENCE;
    let login = match oauth::login(app, &row, &mut None).await {
        Ok(login) => login,
        // Not a matter of the mailbox's.
        Err(Failure::Database(error)) => return Err(error.into()),
        Err(failure) => return Ok(Probe::failed(failure)),
    };
    let target = Target {
        login,
        folder: row.folder().map(str::to_owned),
        host: server.host,
        port: server.port,
        username: server.username,
    };
    let reins = Reins::new(
        app.shutdown.soft.child_token(),
        app.clock.clone(),
        Some(deadline),
    );
    let trying = app.clone();
    let probe = app
        .shutdown
        .spawn_thread(format!("try-{}", row.id.simple()), move || {
            reader::probe(&trying.connector, &target, &reins)
        })?;
    let panicked = |_| Probe::failed(Failure::Panicked);
    Ok(probe.await.unwrap_or_else(panicked))
}
