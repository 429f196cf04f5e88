use super::{text, time};
use crate::intents::broken;
use proto::{Fault, intent, mail};
use serde::Serialize;
use serde_json::value::RawValue;

/// A mailbox, without its password; or a source that pushes, without its token.
#[derive(Serialize)]
pub(crate) struct MailboxBody {
    id: String,
    /// `imap`, `http` or `phone`.
    kind: &'static str,
    /// Of a source that pushes.
    name: Option<String>,
    host: Option<String>,
    port: Option<u32>,
    username: Option<String>,
    /// The one that is read; null while none was named and none has been chosen yet.
    folder: Option<String>,
    /// `password` or `oauth2`, where it is logged in to.
    login: Option<String>,
    /// `active`, `paused`, `auth_failed` or `removed`.
    state: &'static str,
    /// A coarse code of the last failure, since when every attempt has failed, and what to do about it.
    last_error: Option<String>,
    failing_since: Option<String>,
    advice: Option<String>,
    last_read_at: Option<String>,
    /// Everything that reached the mailbox before this has been read.
    watermark: Option<String>,
    /// Whether its own server may vouch for unsigned mails.
    trusts_results: bool,
    created_at: Option<String>,
    /// It pushes, and has been silent for longer than it may.
    blind: bool,
    /// Of a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceBody>,
}

/// How a phone is believed.
#[derive(Serialize)]
struct DeviceBody {
    /// `token`, `body_hmac`, `stamped_hmac` or `jwt`.
    scheme: &'static str,
    /// In paise, at most so much in one payment, and in 24 hours.
    per_payment: i64,
    per_day: i64,
    trusted_headers: Vec<TrustedHeaderBody>,
    /// Of a phone that was just removed: what it vouched for in the last 30 days. Of one that was just revoked: what is doubted.
    recorded_observation_ids: Vec<String>,
}

#[derive(Serialize)]
struct TrustedHeaderBody {
    header: String,
    bank: String,
}

/// Takes what is a phone's out of the wire.
fn device(wire: &mut mail::Mailbox) -> Option<DeviceBody> {
    let headers = std::mem::take(&mut wire.trusted_headers).into_iter();
    (wire.kind() == mail::SourceKind::Phone).then(|| DeviceBody {
        scheme: match wire.scheme() {
            mail::SignatureScheme::Unspecified => "token",
            mail::SignatureScheme::BodyHmac => "body_hmac",
            mail::SignatureScheme::StampedHmac => "stamped_hmac",
            mail::SignatureScheme::Jwt => "jwt",
        },
        per_payment: wire.per_payment_minor,
        per_day: wire.per_day_minor,
        trusted_headers: headers
            .map(|h| TrustedHeaderBody {
                header: h.header,
                bank: h.bank,
            })
            .collect(),
        recorded_observation_ids: std::mem::take(&mut wire.recorded_observation_ids),
    })
}

/// A source that pushes, with what is shown once.
#[derive(Serialize)]
pub(crate) struct PushSourceBody {
    #[serde(flatten)]
    source: MailboxBody,
    token: String,
    /// What a phone's app signs with.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_key: Option<String>,
}

impl TryFrom<mail::NewPushSource> for PushSourceBody {
    type Error = Fault;

    fn try_from(wire: mail::NewPushSource) -> Result<Self, Fault> {
        let source = wire.mailbox.ok_or_else(|| broken("no source"))?;
        Ok(Self {
            source: source.try_into()?,
            token: wire.token,
            signing_key: text(wire.signing_key),
        })
    }
}

impl TryFrom<mail::Mailbox> for MailboxBody {
    type Error = Fault;

    fn try_from(mut wire: mail::Mailbox) -> Result<Self, Fault> {
        let state = match wire.state() {
            mail::MailboxState::Unspecified => return Err(broken("a mailbox in no known state")),
            mail::MailboxState::Active => "active",
            mail::MailboxState::Paused => "paused",
            mail::MailboxState::AuthFailed => "auth_failed",
            mail::MailboxState::Removed => "removed",
        };
        let kind = match wire.kind() {
            mail::SourceKind::Unspecified => return Err(broken("a mailbox of no known kind")),
            mail::SourceKind::Imap => "imap",
            mail::SourceKind::Http => "http",
            mail::SourceKind::Phone => "phone",
        };
        Ok(Self {
            device: device(&mut wire),
            state,
            kind,
            blind: wire.blind,
            name: text(wire.name),
            last_read_at: time(wire.last_read_at.as_ref()),
            watermark: time(wire.watermark.as_ref()),
            created_at: time(wire.created_at.as_ref()),
            id: wire.id,
            host: text(wire.host),
            port: Some(wire.port).filter(|p| *p != 0),
            trusts_results: wire.trusts_results,
            username: text(wire.username),
            folder: text(wire.folder),
            login: text(wire.login),
            last_error: text(wire.last_error),
            failing_since: time(wire.failing_since.as_ref()),
            advice: text(wire.advice),
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
    /// A stable code, and what it means.
    reason: Option<String>,
    reason_words: Option<String>,
    /// How it came: `imap`, `http` or `phone`.
    channel: String,
    bank: Option<String>,
    rule_id: Option<String>,
    /// What the bus was told, where the verdict is `recorded`.
    observation_id: Option<String>,
    /// The signature's `domain` and `selector`, and what the `alert` says.
    facts: Option<Box<RawValue>>,
    /// Whether the mail itself is still kept, sealed.
    body_kept: bool,
    /// What became of the money, where the verdict is `recorded` and it is known.
    matched: Option<MatchedBody>,
}

/// What was made of the money that a mail told of.
#[derive(Clone, Serialize)]
pub(crate) struct MatchedBody {
    /// The last finding's: `allocated`, `review`, `suspense`, …
    outcome: String,
    rung: Option<String>,
    reason: Option<String>,
    /// The intents that have it.
    intent_ids: Vec<String>,
}

impl From<intent::FoundObservation> for MatchedBody {
    fn from(wire: intent::FoundObservation) -> Self {
        Self {
            outcome: wire.outcome,
            rung: text(wire.rung),
            reason: text(wire.reason),
            intent_ids: wire.intent_ids,
        }
    }
}

impl MailBody {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn observation_id(&self) -> Option<&str> {
        self.observation_id.as_deref()
    }

    pub(crate) fn matched(&mut self, matched: MatchedBody) {
        self.matched = Some(matched);
    }
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
            body_kept: wire.body_kept,
            reason_words: text(wire.reason_words),
            channel: wire.channel,
            matched: None,
        })
    }
}
