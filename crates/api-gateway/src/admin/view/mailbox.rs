use super::{text, time};
use crate::intents::broken;
use proto::{Fault, mail};
use serde::Serialize;
use serde_json::value::RawValue;

/// A mailbox, without its password.
#[derive(Serialize)]
pub(crate) struct MailboxBody {
    id: String,
    host: String,
    port: u32,
    username: String,
    /// The one that is read; null while none was named and none has been chosen yet.
    folder: Option<String>,
    /// `password` or `oauth2`.
    login: String,
    /// `active`, `paused`, `auth_failed` or `removed`.
    state: &'static str,
    last_error: Option<String>,
    last_read_at: Option<String>,
    /// Everything that reached the mailbox before this has been read.
    watermark: Option<String>,
    created_at: Option<String>,
}

impl TryFrom<mail::Mailbox> for MailboxBody {
    type Error = Fault;

    fn try_from(wire: mail::Mailbox) -> Result<Self, Fault> {
        let state = match wire.state() {
            mail::MailboxState::Unspecified => return Err(broken("a mailbox in no known state")),
            mail::MailboxState::Active => "active",
            mail::MailboxState::Paused => "paused",
            mail::MailboxState::AuthFailed => "auth_failed",
            mail::MailboxState::Removed => "removed",
        };
        Ok(Self {
            state,
            last_read_at: time(wire.last_read_at.as_ref()),
            watermark: time(wire.watermark.as_ref()),
            created_at: time(wire.created_at.as_ref()),
            id: wire.id,
            host: wire.host,
            port: wire.port,
            username: wire.username,
            folder: text(wire.folder),
            login: wire.login,
            last_error: text(wire.last_error),
        })
    }
}

/// Whether a mailbox can be read.
#[derive(Serialize)]
pub(crate) struct TestBody {
    ok: bool,
    /// `token`, `resolve`, `connect`, `tls`, `login`, `select`, `read` or `idle`.
    failed_step: Option<String>,
    message: Option<String>,
    /// What to do about it.
    advice: Option<String>,
    /// The folder that is read.
    folder: Option<String>,
    /// `named`, `all_mail` or `inbox`.
    folder_because: Option<String>,
    folders: Vec<FolderBody>,
    /// How many mails the folder holds.
    mails: u32,
}

/// A folder that can be opened.
#[derive(Serialize)]
struct FolderBody {
    name: String,
    /// `all`, `archive`, `drafts`, `flagged`, `junk`, `sent` or `trash`.
    special_use: Option<String>,
}

impl From<mail::TestMailboxResponse> for TestBody {
    fn from(wire: mail::TestMailboxResponse) -> Self {
        Self {
            ok: wire.ok,
            failed_step: text(wire.failed_step),
            message: text(wire.message),
            advice: text(wire.advice),
            folder: text(wire.folder),
            folder_because: text(wire.folder_because),
            folders: wire
                .folders
                .into_iter()
                .map(|f| FolderBody {
                    name: f.name,
                    special_use: text(f.special_use),
                })
                .collect(),
            mails: wire.mails,
        }
    }
}

/// A mail of a bank, or one that claims to be.
#[derive(Serialize)]
pub(crate) struct MailBody {
    id: String,
    mailbox_id: String,
    /// The From address that it claims.
    sender: Option<String>,
    subject: Option<String>,
    received_at: Option<String>,
    read_at: Option<String>,
    /// `recorded`, `refused`, `unbound`, `unsure`, `not_a_credit`, `unparsed` or `undecided`.
    verdict: String,
    /// A stable code.
    reason: Option<String>,
    bank: Option<String>,
    rule_id: Option<String>,
    /// What the bus was told, where the verdict is `recorded`.
    observation_id: Option<String>,
    /// The signature's `domain` and `selector`, and what the `alert` says.
    facts: Option<Box<RawValue>>,
}

impl TryFrom<mail::Message> for MailBody {
    type Error = Fault;

    fn try_from(wire: mail::Message) -> Result<Self, Fault> {
        let facts = text(wire.facts).map(RawValue::from_string).transpose();
        Ok(Self {
            facts: facts.map_err(|_| broken("facts that are no JSON"))?,
            received_at: time(wire.received_at.as_ref()),
            read_at: time(wire.read_at.as_ref()),
            id: wire.id,
            mailbox_id: wire.mailbox_id,
            sender: text(wire.sender),
            subject: text(wire.subject),
            verdict: wire.verdict,
            reason: text(wire.reason),
            bank: text(wire.bank),
            rule_id: text(wire.rule_id),
            observation_id: text(wire.observation_id),
        })
    }
}
