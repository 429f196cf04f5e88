//! What a slot of a narration holds, as far as its form tells.

use super::super::pattern::pattern;
use super::super::{address, name};
use regex::Regex;
use std::sync::LazyLock;

pub(super) static IFSC: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{4}0[A-Z0-9]{6}$"));
static BANK_REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Z]{1,6}[0-9][A-Z0-9]{6,20}$|^[A-Z]{4}[A-Z0-9]{7,18}$"));
/// Words of banks that stand in a slot and are nobody's.
const MARKS: [&str; 16] = [
    "cr", "dr", "p2a", "p2m", "p2p", "p2pm", "upi", "imps", "neft", "rtgs", "credit", "debit",
    "crd", "in", "na", "mob",
];
/// The same for money that comes back.
const RETURNED: [&str; 8] = [
    "rev", "ret", "rtn", "rvsl", "return", "reversal", "refund", "rejected",
];

/// What a slot holds, as far as its form tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Vpa,
    /// The rail, the direction or a filler: nobody's words.
    Mark,
    Bank,
    Account,
    Date,
    Words,
    Nothing,
}

pub(super) fn held(slot: &str) -> Held {
    if slot.is_empty() {
        Held::Nothing
    } else if address::is_vpa(slot) {
        Held::Vpa
    } else if is_mark(slot) {
        Held::Mark
    } else if DATED.is_match(slot) {
        Held::Date
    } else if is_account(slot) {
        Held::Account
    } else if is_bank(slot) || IFSC.is_match(slot) {
        Held::Bank
    } else {
        Held::Words
    }
}

static DATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[0-9]{1,2}[-.:](?:[0-9]{1,2}|[A-Za-z]{3})[-.:][0-9]{2,4}(?:[ T][0-9:.]{4,12})?$")
});

pub(super) fn is_mark(slot: &str) -> bool {
    MARKS.iter().any(|m| m.eq_ignore_ascii_case(slot))
}

/// Masked, or so many figures as no note has.
fn is_account(slot: &str) -> bool {
    let figures = slot.bytes().filter(u8::is_ascii_digit).count();
    let mask = |c: char| matches!(c, 'x' | 'X' | '*');
    slot.chars().all(|c| c.is_ascii_digit() || mask(c))
        && (figures >= 9 || slot.chars().filter(|c| mask(*c)).count() >= 2)
}

/// A bank's name, or the four letters of its IFSC.
pub(super) fn is_bank(slot: &str) -> bool {
    let lower = slot.to_ascii_lowercase();
    let stump = slot.len() == 4
        && slot
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    stump || is_named_bank(slot) || MARKS.contains(&lower.as_str()) && lower != "na"
}

/// The same by its name alone.
pub(super) fn is_named_bank(slot: &str) -> bool {
    let lower = slot.to_ascii_lowercase();
    let cut = slot.rsplit_once(' ').is_some_and(|(own, last)| {
        !last.is_empty() && "bank".starts_with(&last.to_ascii_lowercase()) && name::is_bank(own)
    });
    lower.split(' ').any(|word| word == "bank")
        || lower.ends_with("bank")
        || name::is_bank(slot)
        || cut
}

pub(super) fn is_name(slot: &str) -> bool {
    slot.chars().any(char::is_alphabetic)
        && !address::is_vpa(slot)
        && !slot.bytes().any(|b| b.is_ascii_digit())
        && !is_of_app(slot)
}

/// What apps write for a remark: "Payment from a wallet", "Paid via an app".
pub(in crate::general) fn is_of_app(words: &str) -> bool {
    static APP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:upi )?(?:payment|paid|sent|pay|transfer|money) (?:from|via|using|through|by|with|on) (?:ph|goo|gpay|pay|cred|ama|bhim|upi|mobi|navi|sup|jup|sli|wha)",
        )
    });
    APP.is_match(words)
}

pub(super) fn digits_of_reference(slot: &str) -> Option<&str> {
    let digits = slot.strip_prefix(['C', 'c']).unwrap_or(slot);
    (digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

pub(super) fn twelve(reference: &str) -> bool {
    reference.len() == 12 && reference.bytes().all(|b| b.is_ascii_digit())
}

/// A UTR of NEFT or RTGS, which begins with its bank's letters.
pub(super) fn is_wire_reference(slot: &str) -> bool {
    BANK_REFERENCE.is_match(slot)
        && !IFSC.is_match(slot)
        && slot.bytes().filter(u8::is_ascii_digit).count() >= 5
}

/// Whether a slot says that the money came back.
pub(super) fn is_returned(slot: &str) -> bool {
    RETURNED.iter().any(|word| word.eq_ignore_ascii_case(slot))
}
