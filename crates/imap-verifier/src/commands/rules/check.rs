use super::NewRule;
use crate::app::App;
use crate::commands::list::Logged;
use crate::error::CommandError;
use crate::rows::body::body_place;
use crate::rows::{BodyRow, MessageRow, SourceKind, kind};
use alerts::{Extract, Mail, Reading};
use db::{Scope, Tx};
use jiff::SignedDuration;
use proto::Fault;
use uuid::Uuid;

const MOST_MAILS: i64 = 200;
const SOME_DAYS: u32 = 30;
const MOST_DAYS: u32 = 90;
/// Bodies that are held at once: each has at most two mebibytes.
const AT_ONCE: usize = 10;

/// A mail that was read, and what a rule makes of it.
pub(crate) struct Checked {
    pub(crate) message: Logged,
    /// What the rule reads in it, if it fits.
    pub(crate) read: Option<Extract>,
    /// What would come of the mail if there were this rule alone.
    pub(crate) reading: Reading,
}

/// What a rule would have read.
pub(crate) struct DryRun {
    /// Newest first.
    pub(crate) mails: Vec<Checked>,
    /// Mails of these days that are not kept any more.
    pub(crate) not_kept: usize,
}

/// Tries a rule on the merchant's mails of the last `days` (0 means 30) that are still kept, the newest 200. Stores nothing.
pub(crate) async fn check(
    app: &App,
    scope: Scope,
    new: NewRule,
    days: u32,
) -> Result<DryRun, CommandError> {
    let days = match days {
        0 => SOME_DAYS,
        1..=MOST_DAYS => days,
        _ => return Err(Fault::invalid("days", "must be 1 to 90").into()),
    };
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let since = app.clock.now().checked_sub(age).unwrap_or_default();
    let (messages, kinds) = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let kinds = kind::kinds(tx).await?;
            let phones = kinds.iter().filter(|(_, kind)| **kind == SourceKind::Phone);
            let phones: Vec<Uuid> = phones.map(|(id, _)| *id).collect();
            let messages = MessageRow::since(tx, since, &phones, MOST_MAILS).await?;
            Ok::<_, CommandError>((messages, kinds))
        })
        .await?;
    let rule = new.compiled(Uuid::nil(), 0)?;
    let mut run = DryRun {
        mails: Vec::new(),
        not_kept: 0,
    };
    for batch in messages.chunks(AT_ONCE) {
        let ids: Vec<Uuid> = batch.iter().map(|m| m.id).collect();
        // Bodies are the workers'; the ids came through the merchant's scope.
        let bodies = BodyRow::of_messages(&mut *app.db.worker.get().await?, &ids).await?;
        for message in batch {
            let body = bodies.iter().find(|b| b.message_id == message.id);
            let Some(mail) = body.map(|b| opened(app, b)).transpose()?.flatten() else {
                run.not_kept += 1;
                continue;
            };
            run.mails.push(Checked {
                message: Logged {
                    kind: kind::kind_of(&kinds, message.mailbox_id),
                    body_kept: true,
                    row: message.clone(),
                },
                read: rule.extract(&mail),
                reading: app.rules.read_with(&mail, [&rule]),
            });
        }
        // Reading is work, and others wait for this thread.
        tokio::task::yield_now().await;
    }
    Ok(run)
}

/// `None` where the mail is beyond the limits: no rule is asked about it.
fn opened(app: &App, body: &BodyRow) -> Result<Option<Mail>, CommandError> {
    let raw = app
        .sealing
        .open(body_place(&body.message_id), &body.sealed)?;
    Ok(Mail::parse(&raw).ok())
}
