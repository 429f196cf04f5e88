//! What the gateway answers, as far as people are shown it. Scripts get the answer itself.

mod amount;
mod explanation;
mod intent;
mod mail;
mod moment;
mod rule;

pub(crate) use amount::Amount;
pub(crate) use explanation::{Decision, Evidence, Explanation, Finding, Suggestion, Witness};
pub(crate) use intent::Intent;
pub(crate) use mail::Mails;
pub(crate) use moment::Moment;
pub(crate) use rule::{DryRun, Rule, Rules};

use serde::Deserialize;
use uuid::Uuid;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Merchant {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) created_at: Moment,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Merchants {
    pub(crate) merchants: Vec<Merchant>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Mailbox {
    pub(crate) id: Uuid,
    /// `imap`, `http` or `phone`.
    pub(crate) kind: String,
    /// Of a source that pushes; the fields about a server are a read mailbox's.
    name: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    username: Option<String>,
    /// `None` while none was named and none has been chosen yet.
    pub(crate) folder: Option<String>,
    /// `active`, `paused`, `auth_failed` or `removed`.
    pub(crate) state: String,
    /// A coarse code of the last failure.
    pub(crate) last_error: Option<String>,
    /// Since when every attempt to read it has failed, and what to do about it.
    pub(crate) failing_since: Option<Moment>,
    pub(crate) advice: Option<String>,
    /// Everything that reached the mailbox before this has been read.
    pub(crate) watermark: Option<Moment>,
    /// It pushes, and has been silent for longer than it may.
    pub(crate) blind: bool,
    /// Of a phone.
    pub(crate) device: Option<Phone>,
}

/// How a phone is believed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Phone {
    /// In paise.
    pub(crate) per_payment: i64,
    pub(crate) per_day: i64,
    pub(crate) trusted_headers: Vec<TrustedHeader>,
    pub(crate) recorded_observation_ids: Vec<Uuid>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TrustedHeader {
    pub(crate) header: String,
    pub(crate) bank: String,
}

impl Mailbox {
    /// What people call it.
    pub(crate) fn label(&self) -> &str {
        let name = self.name.as_ref().or(self.username.as_ref());
        name.map_or("?", String::as_str)
    }

    /// The server and folder that it is read from, or the word for what pushes.
    pub(crate) fn place(&self) -> String {
        match (&self.host, self.port, &self.folder) {
            (Some(host), Some(port), Some(folder)) => format!("{host}:{port} {folder}"),
            (Some(host), Some(port), None) => format!("{host}:{port}"),
            _ => self.kind.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Mailboxes {
    pub(crate) mailboxes: Vec<Mailbox>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) vpa: String,
    pub(crate) payee_name: String,
    pub(crate) kind: String,
    pub(crate) dedicated: bool,
    /// While amounts settle nothing there all the same.
    pub(crate) dedication_suspended: Option<Suspended>,
    pub(crate) bank: String,
    pub(crate) account_tail: Option<String>,
    /// `proving`, `live` or `suspended`.
    pub(crate) status: String,
}

/// So many of the credits of 7 days fitted no intent.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Suspended {
    since: Moment,
    unfitting: u32,
    credits: u32,
}

impl Account {
    /// Whether its amounts settle orders, and if not, why.
    pub(crate) fn dedicated_words(&self) -> String {
        match (&self.dedication_suspended, self.dedicated) {
            (Some(s), _) => format!(
                "dedication suspended since {}, because {} of {} credits in 7 days fitted no intent",
                s.since, s.unfitting, s.credits
            ),
            (None, true) => "yes, an amount alone may settle an order".to_owned(),
            (None, false) => "no, it also receives other money".to_owned(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Accounts {
    pub(crate) accounts: Vec<Account>,
}

/// A proving payment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Proof {
    pub(crate) id: Uuid,
    pub(crate) amount: Amount,
    pub(crate) payment_uri: String,
    pub(crate) expires_at: Moment,
    pub(crate) proved_at: Option<Moment>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    pub(crate) active: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Endpoints {
    pub(crate) endpoints: Vec<Endpoint>,
}
