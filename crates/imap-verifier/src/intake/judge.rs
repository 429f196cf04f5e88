//! What is to be made of one mail. No I/O but the question for a key.

use super::evidence::{AUTHENTICATION_RESULTS, DKIM, Evidence, Signature, facts_json, key_json};
use super::reason::Reason;
use crate::rows::BindingRow;
use alerts::{
    Authenticity, Binding, Dns, Doubt, Kind, Mail, MerchantRule, Reading, RefusalReason, Rules,
    Unbound, authenticate, bind, vouched,
};
use db::types::JsonText;
use domain::evidence::Direction;
use domain::text::ShortText;
use jiff::Timestamp;
use std::sync::Arc;

/// The outcome for one mail of a listed sender.
pub(super) enum Verdict {
    /// A payment into a bound account.
    Recorded(Box<Evidence>),
    /// Not the bank's, or not to be believed.
    Refused,
    /// The bank's, but it does not prove one of the mailbox's accounts.
    Unbound,
    /// The bank's, but it can be understood in several ways.
    Unsure,
    /// The bank's, and about something else than money that arrived.
    NotACredit,
    /// The bank's, and no template fits: an alarm.
    Unparsed,
    /// The key could not be asked for: to be tried again.
    Undecided,
}

impl Verdict {
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Recorded(_) => "recorded",
            Self::Refused => "refused",
            Self::Unbound => "unbound",
            Self::Unsure => "unsure",
            Self::NotACredit => "not_a_credit",
            Self::Unparsed => "unparsed",
            Self::Undecided => crate::rows::message::UNDECIDED,
        }
    }
}

/// A verdict, and what the merchant's e-mail log says about the mail.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// A stable code.
    pub(super) reason: Option<String>,
    pub(super) rule_id: Option<String>,
    pub(super) facts: Option<JsonText>,
    /// Hex SHA-256 over what was signed; of the raw bytes where nothing was.
    pub(super) digest: String,
    pub(super) message_id: Option<String>,
    pub(super) subject: Option<String>,
}

impl Judged {
    /// A mail of which nothing more can be said than why.
    pub(super) fn refused(reason: &str, digest: String) -> Self {
        Self {
            verdict: Verdict::Refused,
            reason: Some(reason.to_owned()),
            rule_id: None,
            facts: None,
            digest,
            message_id: None,
            subject: None,
        }
    }
}

/// Judges `mail`, which reached the mailbox at `handed_over_at`, as evidence for one of `bindings`, read by the built-in rules and
/// the merchant's `own`. `vouching` is the name of the mailbox's own server, if its word counts for unsigned mails.
pub(super) async fn judge(
    mail: &Mail,
    handed_over_at: Timestamp,
    bindings: &[BindingRow],
    rules: &Rules,
    own: &[Arc<MerchantRule>],
    vouching: Option<&str>,
    keys: &impl Dns,
) -> Judged {
    let mut judged = Judged {
        message_id: mail.message_id().and_then(|id| visible(&id)),
        subject: visible(&mail.subject()),
        ..Judged::refused("", mail.raw_digest().to_owned())
    };
    let mut found = authenticate(mail, rules, keys, handed_over_at).await;
    let unsigned = Authenticity::Refused {
        reason: RefusalReason::Unsigned,
    };
    if let Some(server) = vouching.filter(|_| found == unsigned) {
        found = vouched(mail, rules, server);
    }
    let signature = match found {
        Authenticity::Verified {
            domain,
            selector,
            digest,
        } => Signature {
            method: DKIM,
            domain,
            selector: Some(selector),
            digest,
        },
        Authenticity::Vouched { domain, by, digest } => {
            tracing::debug!(by, "the mailbox's server vouches for an unsigned mail");
            Signature {
                method: AUTHENTICATION_RESULTS,
                domain,
                selector: None,
                digest,
            }
        }
        Authenticity::Refused { reason } => {
            judged.reason = Some(reason.code().to_owned());
            return judged;
        }
        Authenticity::Undecided { domain, selector } => {
            judged.verdict = Verdict::Undecided;
            judged.reason = Some(Reason::KeyUnavailable.code().to_owned());
            judged.facts = Some(key_json(&domain, &selector));
            return judged;
        }
    };
    let reading = rules.read_with(mail, own.iter().map(Arc::as_ref));
    judged.digest = signature.digest.clone();
    judged.rule_id = reading.rule.as_ref().map(|r| r.id.clone());
    judged.facts = Some(facts_json(&signature, reading.facts.as_ref()));
    (judged.verdict, judged.reason) = weigh(mail, reading, signature, bindings);
    judged
}

/// The verdict on a mail that is the bank's.
fn weigh(
    mail: &Mail,
    reading: Reading,
    signature: Signature,
    bindings: &[BindingRow],
) -> (Verdict, Option<String>) {
    let because = |verdict, reason: &str| (verdict, Some(reason.to_owned()));
    match reading.doubt {
        None => {}
        Some(Doubt::NoTemplate | Doubt::NoRules) => return (Verdict::Unparsed, None),
        Some(doubt @ Doubt::Refused(_)) if reading.kind != Kind::Credit => {
            return because(Verdict::NotACredit, &doubt.to_string());
        }
        // Also a credit beside a word that refuses: a person sees which of the two it is about.
        Some(doubt) => return because(Verdict::Unsure, &doubt.to_string()),
    }
    let names_its_credit = reading.facts.as_ref().is_some_and(|f| f.utr.is_some());
    let direction = match reading.kind {
        Kind::Credit => Direction::Credit,
        // Without a reference nobody can say what was taken back.
        Kind::Reversal if names_its_credit => Direction::Reversal,
        other => return because(Verdict::NotACredit, other.as_str()),
    };
    let to = mail.to_addresses();
    let binding = match nearest(bindings, |row| bind(&reading, &to, &terms(row))) {
        Ok(binding) => binding.clone(),
        Err(reason) => return because(Verdict::Unbound, reason),
    };
    // A sure credit has all three: the rules give the first two together, and a mail without a date is refused.
    let (Some(facts), Some(rule), Some(signed_at)) = (reading.facts, reading.rule, mail.date())
    else {
        return because(Verdict::Unsure, Reason::NoFacts.code());
    };
    match Evidence::new(binding, direction, facts, rule, signature, signed_at) {
        Ok(evidence) => (Verdict::Recorded(Box::new(evidence)), None),
        Err(_) => because(Verdict::Unsure, Reason::DateAfterMail.code()),
    }
}

/// The one binding that the alert proves, or why there is none.
pub(super) fn nearest(
    bindings: &[BindingRow],
    proves: impl Fn(&BindingRow) -> Result<(), Unbound>,
) -> Result<&BindingRow, &'static str> {
    let mut proven = Vec::new();
    let mut nearest: Option<Unbound> = None;
    for row in bindings {
        match proves(row) {
            Ok(()) => proven.push(row),
            // Another bank's binding says the least about this alert.
            Err(why) if why != Unbound::OtherBank || nearest.is_none() => nearest = Some(why),
            Err(_) => {}
        }
    }
    match (proven.as_slice(), nearest) {
        ([only], _) => Ok(only),
        ([_, _, ..], _) => Err(Reason::SeveralAccounts.code()),
        ([], Some(why)) => Err(why.code()),
        ([], None) => Err(Reason::NoBinding.code()),
    }
}

pub(super) fn terms(row: &BindingRow) -> Binding {
    Binding {
        bank: row.bank.clone(),
        account_tail: row.account_tail.clone(),
        payee_vpa: row.payee_vpa.clone(),
        registered_addresses: row.registered_addresses.clone(),
        apps: row.apps.clone(),
    }
}

fn visible(text: &str) -> Option<String> {
    ShortText::non_empty(text).map(String::from)
}
