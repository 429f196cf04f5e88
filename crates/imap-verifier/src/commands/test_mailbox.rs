use crate::app::Shared;
use crate::error::CommandError;
use crate::reader::{self, Failure, Reins, Target};
use crate::rows::MailboxRow;
use crate::rows::mailbox::password_place;
use db::{Scope, Tx};
use domain::ids::MailboxId;
use std::time::{Duration, Instant};

/// Shorter than what a caller waits for its answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Tries a mailbox out: connects, logs in, opens the folder, asks whether the server can IDLE. Reads nothing.
pub(crate) async fn test_mailbox(
    app: &Shared,
    scope: Scope,
    id: MailboxId,
) -> Result<Result<(), Failure>, CommandError> {
    let row = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok::<_, CommandError>(MailboxRow::find(tx, id.uuid()).await?)
        })
        .await?
        .ok_or_else(CommandError::not_found)?;
    let server = row.server().ok_or_else(CommandError::pushes)?;
    let target = Target {
        password: app
            .sealing
            .open_text(password_place(&row.id), &server.sealed_password)?,
        host: server.host,
        port: server.port,
        username: server.username,
        folder: server.folder,
    };
    let deadline = Instant::now() + PATIENCE;
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
    Ok(probe.await.unwrap_or(Err(Failure::Panicked)))
}
