use crate::app::App;
use crate::error::CommandError;
use crate::rows::{MailboxRow, MessageRow, body, cursor};
use db::{Scope, Tx};
use jiff::Timestamp;

const MOST_MESSAGES: u32 = 200;
const SOME_MESSAGES: u32 = 50;

/// A mailbox, and up to when it has been read.
pub(crate) type WithWatermark = (MailboxRow, Option<Timestamp>);

pub(crate) async fn mailboxes(app: &App, scope: Scope) -> Result<Vec<WithWatermark>, CommandError> {
    let rows = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok::<_, CommandError>(MailboxRow::list(tx).await?)
        })
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    // Cursors are the workers'; the ids came through the merchant's scope.
    let mut watermarks = cursor::watermarks(&mut *app.db.worker.get().await?, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let at = watermarks.remove(&row.id);
            (row, at)
        })
        .collect())
}

/// What was read, newest first, each with whether its body is still kept; `limit` 0 means 50, and there are never more than 200.
pub(crate) async fn messages(
    app: &App,
    scope: Scope,
    limit: u32,
) -> Result<Vec<(MessageRow, bool)>, CommandError> {
    let limit = match limit {
        0 => SOME_MESSAGES,
        limit => limit.min(MOST_MESSAGES),
    };
    let rows = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok::<_, CommandError>(MessageRow::newest(tx, i64::from(limit)).await?)
        })
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    // Bodies are the workers'; the ids came through the merchant's scope.
    let kept = body::kept(&mut *app.db.worker.get().await?, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let kept = kept.contains(&row.id);
            (row, kept)
        })
        .collect())
}
