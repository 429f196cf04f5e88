use crate::app::App;
use crate::error::CommandError;
use crate::rows::{MailboxRow, MessageRow, PushRow, cursor, trusted};
use db::{Scope, Tx};
use jiff::Timestamp;
use std::collections::HashMap;

const MOST_MESSAGES: u32 = 200;
const SOME_MESSAGES: u32 = 50;

/// A mailbox or a source that pushes, and all that is known of it.
pub(crate) struct Listed {
    pub(crate) row: MailboxRow,
    /// Up to when it has been read, or shows that it lives.
    pub(crate) watermark: Option<Timestamp>,
    pub(crate) push: Option<PushRow>,
    /// Header and bank.
    pub(crate) trusted: Vec<(String, String)>,
}

pub(crate) async fn mailboxes(app: &App, scope: Scope) -> Result<Vec<Listed>, CommandError> {
    let (rows, mut pushing, mut trusted) = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let rows = MailboxRow::list(tx).await?;
            let (pushing, trusted) = match rows.iter().any(|r| r.kind.pushes()) {
                true => (PushRow::all(tx).await?, trusted::all(tx).await?),
                false => (HashMap::new(), HashMap::new()),
            };
            Ok::<_, CommandError>((rows, pushing, trusted))
        })
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    // Cursors are the workers'; the ids came through the merchant's scope.
    let mut watermarks = cursor::watermarks(&mut *app.db.worker.get().await?, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            watermark: watermarks.remove(&row.id),
            push: pushing.remove(&row.id),
            trusted: trusted.remove(&row.id).unwrap_or_default(),
            row,
        })
        .collect())
}

/// What was read, newest first; `limit` 0 means 50, and there are never more than 200.
pub(crate) async fn messages(
    app: &App,
    scope: Scope,
    limit: u32,
) -> Result<Vec<MessageRow>, CommandError> {
    let limit = match limit {
        0 => SOME_MESSAGES,
        limit => limit.min(MOST_MESSAGES),
    };
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok(MessageRow::newest(tx, i64::from(limit)).await?)
        })
        .await
}
