//! `noxpay alerts check` without its files: one line per mail, its differences from an expectation, and a summary.

mod expectation;
mod summary;

use crate::authenticity::{Authenticity, RefusalReason, authenticate, vouched};
use crate::dns::Dns;
use crate::facts::{Facts, Kind, Occurred};
use crate::mail::Mail;
use crate::reading::Reading;
use crate::rules::Rules;
use domain::india::to_india;
use domain::text::ShortText;
use expectation::differences;
pub use expectation::{Difference, Expectation, ExpectationError};
use jiff::Timestamp;
use serde::Serialize;
pub use summary::{Counts, Summary};

/// What is printed for one file. Absent facts are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub file: String,
    pub kind: Kind,
    pub bank: Option<String>,
    pub amount_paise: Option<i64>,
    pub currency: Option<&'static str>,
    pub utr: Option<String>,
    pub payer_vpa: Option<String>,
    pub payer_name: Option<String>,
    pub account_tail: Option<String>,
    pub note: Option<String>,
    /// RFC 3339 with `+05:30`; a missing second is 00.
    pub occurred_at: Option<String>,
    /// `2026-04-18`.
    pub occurred_on: Option<String>,
    pub other_ref: Option<String>,
    pub authentic: bool,
    /// Codes: how authenticity was decided, then the doubt about the reading.
    pub why: String,
    pub sure: bool,
}

/// A mail that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub line: Line,
    /// `None` without an expectation.
    pub counts: Option<Counts>,
    pub differences: Vec<Difference>,
}

/// Reads one mail, and compares it with `expected` if there is one.
///
/// A signature's expiry is judged at the date of the topmost Received field; a mail without one was never handed over, and
/// nothing that expires is good.
pub async fn check(
    rules: &Rules,
    dns: &impl Dns,
    file: &str,
    raw: &[u8],
    expected: Option<&Expectation>,
) -> Checked {
    let authserv_id = expected.and_then(Expectation::authserv_id);
    let line = read(rules, dns, file, raw, authserv_id).await;
    let differences = expected.map(|e| differences(e, &line)).unwrap_or_default();
    let counts = expected.map(|e| Counts::of(e, &line, &differences));
    Checked {
        line,
        counts,
        differences,
    }
}

/// `authserv_id` is the mailbox's setting: the server whose word counts for an unsigned mail.
async fn read(
    rules: &Rules,
    dns: &impl Dns,
    file: &str,
    raw: &[u8],
    authserv_id: Option<&str>,
) -> Line {
    let mail = match Mail::parse(raw) {
        Ok(mail) => mail,
        Err(e) => {
            return Line {
                why: e.code().to_owned(),
                ..empty(file)
            };
        }
    };
    let handed_over_at = mail.handed_over_at().unwrap_or(Timestamp::MAX);
    let unsigned = Authenticity::Refused {
        reason: RefusalReason::Unsigned,
    };
    let origin = match authenticate(&mail, rules, dns, handed_over_at).await {
        origin if origin == unsigned => {
            authserv_id.map_or(origin, |server| vouched(&mail, rules, server))
        }
        origin => origin,
    };
    let reading = rules.read(&mail);
    let line = Line {
        kind: match reading.kind {
            // What an expectation calls whatever is neither credit nor debit.
            Kind::Reversal => Kind::Other,
            kind => kind,
        },
        // Of a mail that was forwarded, or of a stranger, whose words they are: for reading, and never for believing.
        bank: (reading.bank.as_deref())
            .or_else(|| rules.named_bank(&mail))
            .map(str::to_owned),
        authentic: matches!(
            origin,
            Authenticity::Verified { .. } | Authenticity::Vouched { .. }
        ),
        why: why(&origin, &reading),
        sure: reading.sure(),
        ..empty(file)
    };
    match reading.facts {
        Some(facts) => with_facts(line, facts),
        None => line,
    }
}

fn why(origin: &Authenticity, reading: &Reading) -> String {
    let origin = match origin {
        Authenticity::Verified {
            domain, selector, ..
        } => format!("signed by {selector}@{domain}"),
        Authenticity::Vouched { by, .. } => format!("vouched for by {by}"),
        Authenticity::Refused { reason } => reason.code().to_owned(),
        Authenticity::Undecided { .. } => "undecided".to_owned(),
    };
    match &reading.doubt {
        Some(doubt) => format!("{origin}; {doubt}"),
        None => origin,
    }
}

fn empty(file: &str) -> Line {
    Line {
        file: file.to_owned(),
        kind: Kind::Other,
        bank: None,
        amount_paise: None,
        currency: None,
        utr: None,
        payer_vpa: None,
        payer_name: None,
        account_tail: None,
        note: None,
        occurred_at: None,
        occurred_on: None,
        other_ref: None,
        authentic: false,
        why: String::new(),
        sure: false,
    }
}

fn with_facts(line: Line, facts: Facts) -> Line {
    let (occurred_at, occurred_on) = match facts.occurred {
        Occurred::At { at, .. } => (
            Some(to_india(at).strftime("%Y-%m-%dT%H:%M:%S+05:30").to_string()),
            None,
        ),
        Occurred::On(date) => (None, Some(date.to_string())),
        Occurred::Unknown => (None, None),
    };
    let text = |t: Option<ShortText>| t.map(String::from);
    Line {
        amount_paise: Some(facts.amount.minor()),
        currency: Some(facts.amount.currency().code()),
        utr: facts.utr,
        payer_vpa: text(facts.payer_vpa),
        payer_name: text(facts.payer_name),
        account_tail: facts.account_tail,
        note: text(facts.note),
        occurred_at,
        occurred_on,
        other_ref: facts.other_ref,
        ..line
    }
}

#[cfg(test)]
mod tests;
