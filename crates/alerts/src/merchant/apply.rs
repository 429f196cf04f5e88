//! A rule on a mail.

use super::{Extract, MerchantRule};
use crate::mail::Mail;
use crate::rules::amount;
use domain::text::ShortText;
use regex::Regex;
use std::ops::Range;

/// Longest text that is read, in bytes: an alert has a few hundred.
const LONGEST_TEXT: usize = 64 * 1024;
/// Longest value of a group, in bytes.
const LONGEST_AMOUNT: usize = 24;
const LONGEST_FREE_TEXT: usize = 280;
/// References that are looked at in one mail.
const MOST_REFERENCES: usize = 50;

pub(super) fn extract(rule: &MerchantRule, mail: &Mail) -> Option<Extract> {
    let text = mail.text();
    if text.len() > LONGEST_TEXT || !speaks_of(rule, mail) {
        return None;
    }
    let amount = rupees(first(&rule.amount, text)?.1)?;
    let (place, printed) = first(&rule.utr, text)?;
    let reference = Reference::parse(printed)?;
    let remark = rule.remark.as_ref().and_then(|r| first(r, text));
    let within = |outer: &Range<usize>| outer.start < place.end && place.start < outer.end;
    let elsewhere = rule
        .utr
        .captures_iter(text)
        .take(MOST_REFERENCES)
        .filter_map(|found| Reference::parse(found.get(1)?.as_str()))
        .any(|other| other != reference);
    let (payer_vpa, payer_name) = payer(rule.sender.as_ref().and_then(|r| first(r, text)));
    let (utr, other_ref) = match reference {
        Reference::Rrn(digits) => (Some(digits), None),
        Reference::Other(text) => (None, Some(text)),
    };
    Some(Extract {
        amount,
        utr,
        other_ref,
        payer_vpa,
        payer_name,
        ambiguous: elsewhere || remark.as_ref().is_some_and(|(outer, _)| within(outer)),
        remark: remark.and_then(|(_, text)| free_text(text)),
    })
}

fn speaks_of(rule: &MerchantRule, mail: &Mail) -> bool {
    let names = |text: &str| text.to_lowercase().contains(&rule.keyword);
    names(mail.text()) || names(&mail.subject())
}

/// The first match's first group, where it has one.
fn first<'t>(pattern: &Regex, text: &'t str) -> Option<(Range<usize>, &'t str)> {
    let group = pattern.captures(text)?.get(1)?;
    Some((group.range(), group.as_str().trim())).filter(|(_, text)| !text.is_empty())
}

fn rupees(printed: &str) -> Option<domain::Money> {
    let digits = printed
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'));
    (digits && printed.len() <= LONGEST_AMOUNT)
        .then(|| amount(printed.trim_end_matches('.')))
        .flatten()
        .filter(|a| a.is_positive())
}

#[derive(PartialEq, Eq)]
enum Reference {
    /// 12 digits.
    Rrn(String),
    Other(String),
}

impl Reference {
    fn parse(printed: &str) -> Option<Self> {
        let digits = printed.bytes().all(|b| b.is_ascii_digit());
        let plain = printed.bytes().all(|b| b.is_ascii_alphanumeric());
        match printed.len() {
            12 if digits => Some(Self::Rrn(printed.to_owned())),
            6..=22 if plain => Some(Self::Other(printed.to_ascii_uppercase())),
            _ => None,
        }
    }
}

/// A VPA has an @; anything else is a name.
fn payer(found: Option<(Range<usize>, &str)>) -> (Option<ShortText>, Option<ShortText>) {
    match found.and_then(|(_, text)| free_text(text)) {
        Some(vpa) if vpa.as_str().contains('@') => (Some(vpa), None),
        name => (None, name),
    }
}

/// As printed, or not at all.
fn free_text(printed: &str) -> Option<ShortText> {
    let whole = |text: &ShortText| text.as_str() == printed;
    ShortText::non_empty(printed).filter(|text| printed.len() <= LONGEST_FREE_TEXT && whole(text))
}
