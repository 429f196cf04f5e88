use crate::reader::{Failure, Folder, Probe};
use crate::rows::{BindingRow, MailboxRow, MailboxState, MessageRow};
use db::types::from_db;
use jiff::Timestamp;
use proto::convert::timestamp;
use proto::{Fault, mail};

pub(super) fn mailbox(row: MailboxRow, watermark: Option<Timestamp>) -> mail::Mailbox {
    mail::Mailbox {
        folder: row.folder().unwrap_or_default().to_owned(),
        login: login(&row).to_owned(),
        id: row.id.to_string(),
        host: row.host,
        port: u32::try_from(row.port).unwrap_or(0),
        username: row.username,
        state: state(row.state).into(),
        last_error: row.last_error.unwrap_or_default(),
        last_read_at: row.last_read_at.map(|at| timestamp(from_db(at))),
        watermark: watermark.map(timestamp),
        created_at: Some(timestamp(from_db(row.created_at))),
    }
}

const fn login(row: &MailboxRow) -> &'static str {
    match row.sealed_password {
        Some(_) => "password",
        None => "oauth2",
    }
}

const fn state(state: MailboxState) -> mail::MailboxState {
    match state {
        MailboxState::Active => mail::MailboxState::Active,
        MailboxState::Paused => mail::MailboxState::Paused,
        MailboxState::AuthFailed => mail::MailboxState::AuthFailed,
        MailboxState::Removed => mail::MailboxState::Removed,
    }
}

/// The states that a person may choose.
pub(super) fn wanted_state(wire: i32) -> Result<MailboxState, Fault> {
    match mail::MailboxState::try_from(wire) {
        Ok(mail::MailboxState::Active) => Ok(MailboxState::Active),
        Ok(mail::MailboxState::Paused) => Ok(MailboxState::Paused),
        Ok(mail::MailboxState::Removed) => Ok(MailboxState::Removed),
        Ok(mail::MailboxState::AuthFailed | mail::MailboxState::Unspecified) | Err(_) => {
            Err(Fault::invalid("state", "must be active, paused or removed"))
        }
    }
}

pub(super) fn tried(probe: Probe) -> mail::TestMailboxResponse {
    let (folder, because) = probe.folder.unzip();
    let failure = probe.failure.as_ref();
    mail::TestMailboxResponse {
        ok: failure.is_none(),
        failed_step: failure.map(failed_step).unwrap_or_default().to_owned(),
        message: failure.map(ToString::to_string).unwrap_or_default(),
        advice: failure.map(Failure::advice).unwrap_or_default().to_owned(),
        folder: folder.unwrap_or_default(),
        folder_because: because.map(|b| b.as_str().to_owned()).unwrap_or_default(),
        folders: probe.folders.into_iter().map(folder_seen).collect(),
        mails: probe.mails,
    }
}

fn folder_seen(folder: Folder) -> mail::Folder {
    mail::Folder {
        name: folder.name,
        special_use: folder.special_use.unwrap_or_default().to_owned(),
    }
}

/// In the contract's words; a connection that broke counts as one that did not come about.
const fn failed_step(failure: &Failure) -> &'static str {
    match failure {
        Failure::Resolve => "resolve",
        Failure::Tls => "tls",
        Failure::TokenRefused | Failure::TokenAway => "token",
        Failure::Password | Failure::Login | Failure::Sealed(_) => "login",
        Failure::Select => "select",
        Failure::Read => "read",
        Failure::Idle => "idle",
        Failure::Connect
        | Failure::Lost(_)
        | Failure::Panicked
        | Failure::Stopped
        | Failure::Superseded
        | Failure::Database(_) => "connect",
    }
}

pub(super) fn binding(row: BindingRow) -> mail::Binding {
    mail::Binding {
        mailbox_id: row.mailbox_id.to_string(),
        account_id: row.account_id.to_string(),
        bank: row.bank,
        account_tail: row.account_tail.unwrap_or_default(),
        payee_vpa: row.payee_vpa.unwrap_or_default(),
        registered_addresses: row.registered_addresses,
    }
}

pub(super) fn message(row: MessageRow) -> mail::Message {
    mail::Message {
        id: row.id.to_string(),
        mailbox_id: row.mailbox_id.to_string(),
        sender: row.sender.unwrap_or_default(),
        subject: row.subject.unwrap_or_default(),
        received_at: row.received_at.map(|at| timestamp(from_db(at))),
        read_at: Some(timestamp(from_db(row.read_at))),
        verdict: row.verdict,
        reason: row.reason.unwrap_or_default(),
        bank: row.bank.unwrap_or_default(),
        rule_id: row.rule_id.unwrap_or_default(),
        observation_id: row
            .observation_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        facts: row
            .facts
            .map(|json| json.as_str().to_owned())
            .unwrap_or_default(),
    }
}
