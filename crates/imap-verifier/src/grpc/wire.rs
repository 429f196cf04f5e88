use crate::commands::add_push_source::Issued;
use crate::commands::list::{Listed, Logged};
use crate::commands::set_state::WithRecorded;
use crate::intake::reason;
use crate::phone::{Scheme, Shown};
use crate::push;
use crate::reader::{Failure, Folder, Probe};
use crate::rows::{BindingRow, MailboxRow, MailboxState, SourceKind};
use db::types::from_db;
use jiff::Timestamp;
use proto::convert::timestamp;
use proto::{Fault, mail};
use secrecy::ExposeSecret as _;

pub(super) fn mailbox(row: MailboxRow, watermark: Option<Timestamp>) -> mail::Mailbox {
    mail::Mailbox {
        folder: row.folder().unwrap_or_default().to_owned(),
        login: login(&row).to_owned(),
        advice: advice(&row).to_owned(),
        failing_since: row.failing_since.map(|at| timestamp(from_db(at))),
        id: row.id.to_string(),
        host: row.host.unwrap_or_default(),
        port: row.port.map_or(0, |p| u32::try_from(p).unwrap_or(0)),
        username: row.username.unwrap_or_default(),
        state: state(row.state).into(),
        last_error: row.last_error.unwrap_or_default(),
        last_read_at: row.last_read_at.map(|at| timestamp(from_db(at))),
        watermark: watermark.map(timestamp),
        created_at: Some(timestamp(from_db(row.created_at))),
        kind: kind(row.kind).into(),
        name: row.name.unwrap_or_default(),
        blind: false,
        trusts_results: false,
        scheme: mail::SignatureScheme::Unspecified.into(),
        per_payment_minor: 0,
        per_day_minor: 0,
        trusted_headers: Vec::new(),
        recorded_observation_ids: Vec::new(),
    }
}

/// With what a phone that was removed or revoked vouched for.
pub(super) fn with_recorded((row, recorded): WithRecorded) -> mail::Mailbox {
    mail::Mailbox {
        recorded_observation_ids: recorded.iter().map(ToString::to_string).collect(),
        ..mailbox(row, None)
    }
}

pub(super) fn listed(listed: Listed) -> mail::Mailbox {
    let push = listed.push.as_ref();
    let scheme = push.and_then(|p| Scheme::parse(&p.scheme));
    let headers = listed.trusted.into_iter();
    mail::Mailbox {
        scheme: scheme.map_or(0, |s| wire_scheme(s).into()),
        per_payment_minor: push.and_then(|p| p.per_payment_minor).unwrap_or(0),
        per_day_minor: push.and_then(|p| p.per_day_minor).unwrap_or(0),
        trusted_headers: headers
            .map(|(header, bank)| mail::TrustedHeader { header, bank })
            .collect(),
        trusts_results: listed.trusts_results,
        ..mailbox(listed.row, listed.watermark)
    }
}

const fn wire_scheme(scheme: Scheme) -> mail::SignatureScheme {
    match scheme {
        Scheme::Token => mail::SignatureScheme::Unspecified,
        Scheme::BodyHmac => mail::SignatureScheme::BodyHmac,
        Scheme::StampedHmac => mail::SignatureScheme::StampedHmac,
        Scheme::Jwt => mail::SignatureScheme::Jwt,
    }
}

pub(super) fn posted(request: mail::TakeSmsRequest) -> push::Posted {
    push::Posted {
        credential: request.credential,
        shown: Shown {
            signature: request.signature,
            timestamp: request.timestamp,
            bearer: request.bearer,
        },
        content_type: request.content_type,
        body: request.body,
    }
}

const fn kind(kind: SourceKind) -> mail::SourceKind {
    match kind {
        SourceKind::Imap => mail::SourceKind::Imap,
        SourceKind::Http => mail::SourceKind::Http,
        SourceKind::Phone => mail::SourceKind::Phone,
    }
}

pub(super) fn issued(issued: Issued) -> mail::NewPushSource {
    mail::NewPushSource {
        mailbox: Some(mailbox(issued.row, None)),
        token: issued.secrets.token.expose_secret().to_owned(),
        signing_key: issued
            .secrets
            .signing_key
            .map(|key| key.expose_secret().to_owned())
            .unwrap_or_default(),
    }
}

pub(super) fn delivered(answer: push::Answer) -> mail::Delivered {
    use mail::delivered::Answer;
    let (answer, verdicts) = match answer {
        push::Answer::Taken(verdicts) => (Answer::Taken, verdicts),
        push::Answer::BadCredential => (Answer::BadCredential, Vec::new()),
        push::Answer::Paused => (Answer::Paused, Vec::new()),
        push::Answer::TryLater => (Answer::TryLater, Vec::new()),
    };
    let verdicts = verdicts.into_iter().map(|v| mail::Verdict {
        verdict: v.verdict,
        reason: v.reason,
    });
    mail::Delivered {
        answer: answer.into(),
        verdicts: verdicts.collect(),
    }
}

/// Empty for a source that pushes.
const fn login(row: &MailboxRow) -> &'static str {
    match (row.kind, &row.sealed_password) {
        (SourceKind::Http | SourceKind::Phone, _) => "",
        (SourceKind::Imap, Some(_)) => "password",
        (SourceKind::Imap, None) => "oauth2",
    }
}

/// What to do about a mailbox that cannot be read.
fn advice(row: &MailboxRow) -> &'static str {
    let refused = row.auth_failures > 0;
    let code = row.last_error.as_deref();
    code.map_or("", |code| Failure::advice_on(code, refused))
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
        apps: row.apps,
    }
}

pub(super) fn message(logged: Logged) -> mail::Message {
    let row = logged.row;
    mail::Message {
        id: row.id.to_string(),
        mailbox_id: row.mailbox_id.to_string(),
        sender: row.sender.unwrap_or_default(),
        subject: row.subject.unwrap_or_default(),
        received_at: row.received_at.map(|at| timestamp(from_db(at))),
        read_at: Some(timestamp(from_db(row.read_at))),
        verdict: row.verdict,
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
        body_kept: logged.body_kept,
        reason_words: row.reason.as_deref().map(reason::words).unwrap_or_default(),
        channel: logged.kind.as_str().to_owned(),
        reason: row.reason.unwrap_or_default(),
    }
}
