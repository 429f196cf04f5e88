use super::{amount, text, time};
use crate::intents::{broken, kind};
use proto::{Fault, intent, mail};
use serde::Serialize;
use serde_json::value::RawValue;

/// A receiving account.
#[derive(Serialize)]
pub(crate) struct AccountBody {
    id: String,
    vpa: String,
    payee_name: String,
    kind: &'static str,
    /// As it was registered.
    dedicated: bool,
    /// While amounts settle nothing there all the same.
    dedication_suspended: Option<SuspendedBody>,
    bank: String,
    account_tail: Option<String>,
    /// `proving`, `live` or `suspended`.
    status: &'static str,
    reference_only: bool,
    /// Whether the merchant owns it, or uses it by grant.
    owned: bool,
    created_at: Option<String>,
}

/// So many of the credits of 7 days fitted no intent.
#[derive(Serialize)]
pub(crate) struct SuspendedBody {
    since: Option<String>,
    unfitting: u32,
    credits: u32,
}

impl From<intent::DedicationSuspended> for SuspendedBody {
    fn from(wire: intent::DedicationSuspended) -> Self {
        Self {
            since: time(wire.since.as_ref()),
            unfitting: wire.unfitting,
            credits: wire.credits,
        }
    }
}

impl TryFrom<intent::Account> for AccountBody {
    type Error = Fault;

    fn try_from(wire: intent::Account) -> Result<Self, Fault> {
        let status = match wire.status() {
            intent::AccountStatus::Unspecified => {
                return Err(broken("an account in no known state"));
            }
            intent::AccountStatus::Proving => "proving",
            intent::AccountStatus::Live => "live",
            intent::AccountStatus::Suspended => "suspended",
        };
        Ok(Self {
            kind: kind(wire.kind())?.as_str(),
            status,
            created_at: time(wire.created_at.as_ref()),
            id: wire.id,
            vpa: wire.vpa,
            payee_name: wire.payee_name,
            dedicated: wire.dedicated,
            dedication_suspended: wire.dedication_suspended.map(SuspendedBody::from),
            bank: wire.bank,
            account_tail: text(wire.account_tail),
            reference_only: wire.reference_only,
            owned: wire.owned,
        })
    }
}

/// Which alerts prove an account.
#[derive(Serialize)]
pub(crate) struct BindingBody {
    mailbox_id: String,
    account_id: String,
    bank: String,
    account_tail: Option<String>,
    payee_vpa: Option<String>,
    registered_addresses: Vec<String>,
    /// Of a phone: business apps that are signed in for this account alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apps: Vec<String>,
}

impl From<mail::Binding> for BindingBody {
    fn from(wire: mail::Binding) -> Self {
        Self {
            mailbox_id: wire.mailbox_id,
            account_id: wire.account_id,
            bank: wire.bank,
            account_tail: text(wire.account_tail),
            payee_vpa: text(wire.payee_vpa),
            registered_addresses: wire.registered_addresses,
            apps: wire.apps,
        }
    }
}

/// A proving payment: what is to be paid, and whether it was seen.
#[derive(Serialize)]
pub(crate) struct ProofBody {
    id: String,
    account_id: String,
    amount: Box<RawValue>,
    currency: &'static str,
    payment_uri: String,
    expires_at: Option<String>,
    proved_at: Option<String>,
}

impl TryFrom<intent::Proof> for ProofBody {
    type Error = Fault;

    fn try_from(wire: intent::Proof) -> Result<Self, Fault> {
        Ok(Self {
            amount: amount(wire.payable.as_ref())?,
            currency: "INR",
            expires_at: time(wire.expires_at.as_ref()),
            proved_at: time(wire.proved_at.as_ref()),
            id: wire.id,
            account_id: wire.account_id,
            payment_uri: wire.payment_uri,
        })
    }
}
