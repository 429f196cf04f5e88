//! What is to be made of one message that a phone forwarded. No I/O.

use super::evidence::{Evidence, Signature, message_json};
use super::judge::{Judged, Verdict, nearest, terms};
use super::reason::Reason;
use crate::phone::{Message, Sender};
use crate::rows::BindingRow;
use crate::rows::delivery::DeliveryKey;
use alerts::{Doubt, Kind, Reading, Rules, Via, bind_message, speaks_of_money};
use domain::evidence::{DEVICE, Strength};
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Texts with a code to log in or to pay with. Asked only of what is no credit: banks' advice names them as well.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\botp\b|one[- ]time|verification code|\bsecret code\b|\bCVV\b")
        .expect("constant pattern, compiled by a test")
});

/// On what a phone's messages are judged.
pub(super) struct Terms<'a> {
    pub(super) rules: &'a Rules,
    pub(super) bindings: &'a [BindingRow],
    /// Headers that the merchant vouches for, and the banks.
    pub(super) trusted: &'a HashMap<String, String>,
    pub(super) now: Timestamp,
    /// How far in the future a phone's clock may be.
    pub(super) skew: SignedDuration,
    /// How old a message may be.
    pub(super) age: SignedDuration,
}

/// What is to be done with a message.
pub(super) enum Weighed {
    /// It leaves no trace.
    Ignored(&'static str),
    /// Its verdict, and the bank that it is taken to be from.
    Judged(Box<Judged>, Option<String>),
}

/// SHA-256 over what makes a message itself: its sender and text, with its time; without one with its id.
pub(super) fn keys(message: &Message) -> Vec<DeliveryKey> {
    let key = |kind: &str, value: &str| {
        let mut hash = Sha256::new();
        for field in [kind, value, &message.sender, &message.text] {
            hash.update(field.len().to_string());
            hash.update(":");
            hash.update(field);
        }
        DeliveryKey::from(hash.finalize())
    };
    let stamp = message.stamp.map(|at| key("stamp", &at.to_string()));
    let id = message.id.as_deref().map(|id| key("id", id));
    let known: Vec<DeliveryKey> = stamp.into_iter().chain(id).collect();
    match known.is_empty() {
        true => vec![key("text", "")],
        false => known,
    }
}

pub(super) fn weigh(message: &Message, digest: String, terms: &Terms<'_>) -> Weighed {
    let sender = Sender::of(message);
    let (bank, via) = match &sender {
        Sender::Header(header) => {
            let listed = terms.rules.header_bank(header);
            let trusted = terms.trusted.get(header).map(String::as_str);
            (listed.or(trusted), Via::Sms)
        }
        Sender::App(app) => (terms.rules.app_bank(app), Via::Notification),
        Sender::Number | Sender::Missing | Sender::Other => (None, Via::Sms),
    };
    let Some(bank) = bank else {
        return of_a_stranger(message, &sender, digest, terms);
    };
    let mut reading = terms.rules.read_message(bank, via, &message.text);
    if via == Via::Notification && !reading.is_sure_credit() {
        // Some show the amount in the title.
        let whole = format!("{} {}", message.sender, message.text);
        let with_title = terms.rules.read_message(bank, via, &whole);
        if with_title.is_sure_credit() {
            reading = with_title;
        }
    }
    if let Some(why) = ignored(&reading, &message.text) {
        return Weighed::Ignored(why);
    }
    let mut judged = judged(&reading, &sender, digest);
    (judged.verdict, judged.reason) = believed(message, reading, &sender, &judged, terms);
    Weighed::Judged(Box::new(judged), Some(bank.to_owned()))
}

/// What nobody listed sent: kept where it speaks of money that came, so that a person may see why it was not believed.
fn of_a_stranger(message: &Message, sender: &Sender, digest: String, terms: &Terms<'_>) -> Weighed {
    let reading = terms.rules.glance(&message.text);
    if reading.kind != Kind::Credit {
        return Weighed::Ignored("not_a_credit");
    }
    let (verdict, reason) = match sender {
        // Until the merchant says that it is his bank.
        Sender::Header(_) | Sender::Other => (Verdict::Unsure, Reason::UnknownSender),
        Sender::App(_) => (Verdict::Refused, Reason::NotABusinessApp),
        Sender::Number => (Verdict::Refused, Reason::PhoneNumberSender),
        Sender::Missing => (Verdict::Refused, Reason::NoSender),
    };
    let mut judged = judged(&reading, sender, digest);
    judged.verdict = verdict;
    judged.reason = Some(reason.code().to_owned());
    Weighed::Judged(Box::new(judged), None)
}

/// OTPs, debits and everything that is about no payment: none of a merchant's business here.
fn ignored(reading: &Reading, text: &str) -> Option<&'static str> {
    if reading.kind == Kind::Debit {
        return Some("debit");
    }
    if reading.kind == Kind::Credit {
        return None;
    }
    let otp = reading.doubt == Some(Doubt::Refused("otp")) || CODE.is_match(text);
    match otp {
        true => Some("otp"),
        false => (!speaks_of_money(text)).then_some("not_a_credit"),
    }
}

fn judged(reading: &Reading, sender: &Sender, digest: String) -> Judged {
    Judged {
        rule_id: reading.rule.as_ref().map(|r| r.id.clone()),
        facts: Some(message_json(&name(sender), reading.facts.as_ref())),
        ..Judged::refused("", digest)
    }
}

/// Under which name a sender proves something.
fn name(sender: &Sender) -> String {
    match sender {
        Sender::Header(name) | Sender::App(name) => name.clone(),
        Sender::Number | Sender::Missing | Sender::Other => String::new(),
    }
}

/// The verdict on a message that a bank or business app sent.
fn believed(
    message: &Message,
    reading: Reading,
    sender: &Sender,
    judged: &Judged,
    terms: &Terms<'_>,
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
    let told_at = message.stamp.unwrap_or(terms.now);
    let ahead = told_at.duration_since(terms.now);
    if ahead > terms.skew {
        return because(Verdict::Refused, Reason::StampInFuture.code());
    }
    if ahead < -terms.age {
        return because(Verdict::Refused, Reason::StampTooOld.code());
    }
    let app = match sender {
        Sender::App(app) => Some(app.as_str()),
        _ => None,
    };
    let binding = match nearest(terms.bindings, |row| {
        bind_message(&reading, app, &self::terms(row))
    }) {
        Ok(binding) => binding.clone(),
        Err(reason) => return because(Verdict::Unbound, reason),
    };
    // A sure credit has both.
    let (Some(facts), Some(rule)) = (reading.facts, reading.rule) else {
        return because(Verdict::Unsure, Reason::NoFacts.code());
    };
    // Nothing would tell it from another payment of the same amount, or from its own repetition.
    let provisional = facts.reference(&binding.bank).strength == Strength::Provisional;
    if provisional && message.stamp.is_none() && message.id.is_none() {
        return because(Verdict::Unsure, Reason::NoStamp.code());
    }
    let signature = Signature {
        method: DEVICE,
        domain: name(sender),
        selector: None,
        digest: judged.digest.clone(),
    };
    match Evidence::of_device(binding, facts, rule, signature, told_at) {
        Ok(evidence) => (Verdict::Recorded(Box::new(evidence)), None),
        Err(_) => because(Verdict::Refused, Reason::PrintedAfterStamp.code()),
    }
}

#[cfg(test)]
mod tests;
