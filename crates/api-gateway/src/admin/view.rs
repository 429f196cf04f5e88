//! What the admin routes show. Names are canonical; amounts are exact JSON numbers in units of the currency.

mod account;
mod channel;
mod dead;
mod evidence;
mod explanation;
mod intent;
mod key;
mod mailbox;
mod merchant;
mod rule;

pub(crate) use account::{AccountBody, BindingBody, ProofBody};
pub(crate) use channel::{ChannelTestBody, ChannelsBody};
pub(crate) use dead::DeadBody;
pub(crate) use evidence::{DoubtBody, EvidenceBody};
pub(crate) use explanation::ExplanationBody;
pub(crate) use intent::IntentBody;
pub(crate) use key::{IssuedBody, KeyBody};
pub(crate) use mailbox::{MailBody, MailboxBody, MatchedBody, PushSourceBody, TestBody};
pub(crate) use merchant::MerchantBody;
pub(crate) use rule::{DryRunBody, RuleBody};

use crate::dialect::{instant, number};
use proto::{Fault, common, convert};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// `{name: items}`, written straight out: a detour through `json!` would make floats of exact amounts.
pub(crate) fn listed<T: Serialize>(
    name: &'static str,
    items: Vec<T>,
) -> BTreeMap<&'static str, Vec<T>> {
    BTreeMap::from([(name, items)])
}

/// A wire time as ISO 8601; absent stays absent.
pub(crate) fn time(wire: Option<&prost_types::Timestamp>) -> Option<String> {
    convert::parse_timestamp(wire).map(instant)
}

/// A wire text; empty means absent.
pub(crate) fn text(wire: String) -> Option<String> {
    (!wire.is_empty()).then_some(wire)
}

/// A wire amount as an exact number.
fn amount(wire: Option<&common::Money>) -> Result<Box<RawValue>, Fault> {
    convert::reply_money(wire).map(number)
}
