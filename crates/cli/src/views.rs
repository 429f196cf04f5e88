//! What the gateway answers, as far as people are shown it. Scripts get the answer itself.

mod amount;
mod explanation;
mod intent;
mod mail;
mod moment;

pub(crate) use amount::Amount;
pub(crate) use explanation::{Evidence, Explanation, Finding, Witness};
pub(crate) use intent::Intent;
pub(crate) use mail::Mails;
pub(crate) use moment::Moment;

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
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    /// `None` while none was named and none has been chosen yet.
    pub(crate) folder: Option<String>,
    /// `active`, `paused`, `auth_failed` or `removed`.
    pub(crate) state: String,
    /// A coarse code of the last failure.
    pub(crate) last_error: Option<String>,
    /// Everything that reached the mailbox before this has been read.
    pub(crate) watermark: Option<Moment>,
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
    pub(crate) bank: String,
    pub(crate) account_tail: Option<String>,
    /// `proving`, `live` or `suspended`.
    pub(crate) status: String,
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
    /// Empty for the default set.
    pub(crate) event_types: Vec<String>,
    pub(crate) active: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Endpoints {
    pub(crate) endpoints: Vec<Endpoint>,
}
