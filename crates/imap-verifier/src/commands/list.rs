use crate::app::App;
use crate::error::CommandError;
use crate::rows::message::{self, Filter};
use crate::rows::{
    MailboxRow, MessageRow, PushRow, SourceKind, body, cursor, kind, mailbox, trusted,
};
use db::{Scope, Tx};
use jiff::Timestamp;
use proto::convert::{non_empty, parse_id};
use proto::{Fault, mail};
use std::collections::HashMap;
use uuid::Uuid;

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
    /// Whether its own server may vouch for unsigned mails.
    pub(crate) trusts_results: bool,
}

/// A message that was read, as the log shows it.
pub(crate) struct Logged {
    pub(crate) row: MessageRow,
    /// By which kind of source it came.
    pub(crate) kind: SourceKind,
    /// Whether the mail itself is still there.
    pub(crate) body_kept: bool,
}

pub(crate) async fn mailboxes(app: &App, scope: Scope) -> Result<Vec<Listed>, CommandError> {
    let (rows, mut pushing, mut trusted, trusting) = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let rows = MailboxRow::list(tx).await?;
            let (pushing, trusted) = match rows.iter().any(|r| r.kind.pushes()) {
                true => (PushRow::all(tx).await?, trusted::all(tx).await?),
                false => (HashMap::new(), HashMap::new()),
            };
            let trusting = mailbox::trusting(tx).await?;
            Ok::<_, CommandError>((rows, pushing, trusted, trusting))
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
            trusts_results: trusting.contains(&row.id),
            row,
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

/// What was read, newest first.
pub(crate) async fn messages(
    app: &App,
    scope: Scope,
    page: Page,
) -> Result<Vec<Logged>, CommandError> {
    let (rows, kinds) = app
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
            let rows = MessageRow::newest(tx, &page.filter, before, page.limit).await?;
            Ok::<_, CommandError>((rows, kind::kinds(tx).await?))
        })
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    // Bodies are the workers'; the ids came through the merchant's scope.
    let kept = body::kept(&mut *app.db.worker.get().await?, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Logged {
            kind: kind::kind_of(&kinds, row.mailbox_id),
            body_kept: kept.contains(&row.id),
            row,
        })
        .collect())
}
