use crate::app::App;
use crate::error::CommandError;
use crate::rows::message::{self, Filter};
use crate::rows::{MailboxRow, MessageRow, body, cursor, mailbox};
use db::{Scope, Tx};
use jiff::Timestamp;
use proto::convert::{non_empty, parse_id};
use proto::{Fault, mail};
use uuid::Uuid;

const MOST_MESSAGES: u32 = 200;
const SOME_MESSAGES: u32 = 50;

/// A mailbox, up to when it has been read, and whether its server may vouch for unsigned mails.
pub(crate) type Listed = (MailboxRow, Option<Timestamp>, bool);

pub(crate) async fn mailboxes(app: &App, scope: Scope) -> Result<Vec<Listed>, CommandError> {
    let (rows, trusting) = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let rows = MailboxRow::list(tx).await?;
            Ok::<_, CommandError>((rows, mailbox::trusting(tx).await?))
        })
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    // Cursors are the workers'; the ids came through the merchant's scope.
    let mut watermarks = cursor::watermarks(&mut *app.db.worker.get().await?, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let at = watermarks.remove(&row.id);
            let trusts = trusting.contains(&row.id);
            (row, at, trusts)
        })
        .collect())
}

/// Which part of the e-mail log is wanted.
pub(crate) struct Page {
    limit: i64,
    filter: Filter,
    before: Option<Uuid>,
}

impl Page {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::ListMessagesRequest) -> Result<Self, Fault> {
        let id = |text, field| non_empty(text).map(|t| parse_id(t, field)).transpose();
        let verdict = match non_empty(&request.verdict) {
            None => None,
            Some(text) => match message::VERDICTS.into_iter().find(|v| *v == text) {
                Some(verdict) => Some(verdict),
                None => {
                    let known = message::VERDICTS.join(", ");
                    return Err(Fault::invalid("verdict", format!("must be one of {known}")));
                }
            },
        };
        let limit = match request.limit {
            0 => SOME_MESSAGES,
            limit => limit.min(MOST_MESSAGES),
        };
        Ok(Self {
            limit: limit.into(),
            filter: Filter {
                verdict,
                mailbox: id(&request.mailbox_id, "mailbox_id")?,
            },
            before: id(&request.before, "before")?,
        })
    }
}

/// What was read, newest first, each with whether its body is still kept.
pub(crate) async fn messages(
    app: &App,
    scope: Scope,
    page: Page,
) -> Result<Vec<(MessageRow, bool)>, CommandError> {
    let rows = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let before = match page.before {
                None => None,
                Some(id) => {
                    let place = message::place(tx, id).await?;
                    Some(
                        place
                            .ok_or_else(|| Fault::invalid("before", "names no mail of this log"))?,
                    )
                }
            };
            Ok::<_, CommandError>(MessageRow::newest(tx, &page.filter, before, page.limit).await?)
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
