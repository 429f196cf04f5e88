use super::{text, time};
use crate::intents::broken;
use proto::{Fault, mail};
use serde::Serialize;

/// A mailbox, without its password.
#[derive(Serialize)]
pub(crate) struct MailboxBody {
    id: String,
    host: String,
    port: u32,
    username: String,
    folder: String,
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
            folder: wire.folder,
            last_error: text(wire.last_error),
        })
    }
}

/// Whether a mailbox can be read.
#[derive(Serialize)]
pub(crate) struct TestBody {
    ok: bool,
    /// `resolve`, `connect`, `tls`, `login`, `select` or `idle`.
    failed_step: Option<String>,
    message: Option<String>,
}

impl From<mail::TestMailboxResponse> for TestBody {
    fn from(wire: mail::TestMailboxResponse) -> Self {
        Self {
            ok: wire.ok,
            failed_step: text(wire.failed_step),
            message: text(wire.message),
        }
    }
}
