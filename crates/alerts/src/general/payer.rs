//! Who paid: the VPA, and the name as printed.

use super::labels::{Label, Pair};
use super::narration::Narration;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Clone, Debug, Default)]
pub(super) struct Payer {
    pub(super) vpa: Option<Range<usize>>,
    pub(super) name: Option<Range<usize>>,
}

static VPA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}@[A-Za-z][A-Za-z0-9]{1,63}")
        .expect("constant pattern, compiled by a test")
});
/// What stands before the payee's own address.
static PAYEE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\b(?:to|in|into|your|towards|umn|merchant|payee|collected (?:at|on))\W{1,3}(?:(?:your|the|merchant|shop|business|linked|registered|a/c linked to)\W+)*(?:(?:upi|vpa|bhim)\W+)*(?:(?:id|vpa|address|handle|qr)\W+)*|umn\W+)$")
        .expect("constant pattern, compiled by a test")
});
/// An address that payer's account is linked to.
static LINKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:by|from)\W+(?:an? )?(?:a/?c|acct|account)?\s*linked to\W+(?:(?:vpa|upi|id)\W+)*$")
        .expect("constant pattern, compiled by a test")
});
/// A name in a sentence comes after one of these.
static BEFORE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:by sender(?: name)?|transfer(?:red)? (?:from|by)|trf from|received from|sent by|paid by|deposited by|initiated by|from|by|sender(?: name)?|remitter(?: name)?|frm|f/o)\s?[:.]?\s+(?:mr\.?/ms\.?\s)?")
        .expect("constant pattern, compiled by a test")
});
/// A name in a sentence comes before one of these.
static AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s(?:has |have )?(?:paid you|sent you|has credited|has paid|has sent|has transferred|just paid|just sent)\b|\spaid\s(?:₹|Rs|INR)")
        .expect("constant pattern, compiled by a test")
});
/// Where a payer's name ends that follows a VPA without a sign between them.
static AFTER_VPA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:\(\s*([^()\n\t]{2,80}?)\s*\)|[-,/]?\s*([^()\n\t]{2,80}?)(?:\s+on\s+(?:date\s+)?\d|\.\s|\.$|[,;(\n\t]|\s+(?:upi|ref|rrn|utr|via|to your)\b|$))")
        .expect("constant pattern, compiled by a test")
});
/// Words that end a name, and are none.
const NO_NAMES: [&str; 58] = [
    "a/c",
    "ac",
    "acct",
    "account",
    "upi",
    "imps",
    "neft",
    "rtgs",
    "ref",
    "refno",
    "reference",
    "rrn",
    "utr",
    "on",
    "via",
    "to",
    "in",
    "at",
    "with",
    "info",
    "txn",
    "transaction",
    "dated",
    "thru",
    "through",
    "avl",
    "bal",
    "balance",
    "ifsc",
    "vpa",
    "your",
    "the",
    "mob",
    "mobile",
    "cash",
    "transfer",
    "towards",
    "for",
    "rs",
    "rs.",
    "inr",
    "you",
    "our",
    "us",
    "a",
    "an",
    "bank",
    "is",
    "has",
    "using",
    "phone",
    "no",
    "id",
    "date",
    "not",
    "clearing",
    "linked",
    "cheque",
];

/// Words of which a bank's name is made: "Greetings from SBI" names no payer.
const BANKS: [&str; 28] = [
    "sbi", "hdfc", "icici", "axis", "kotak", "mahindra", "idfc", "first", "indusind", "yes", "rbl", "pnb", "boi", "bob", "canara",
    "union", "federal", "idbi", "au", "equitas", "bandhan", "state", "bank", "of", "india", "baroda", "slice", "paytm",
];

pub(super) fn is_vpa(text: &str) -> bool {
    VPA.find(text)
        .is_some_and(|found| found.len() == text.len())
}

/// Every VPA: no e-mail address (the handle has no dots), no mandate's number.
fn vpas(text: &str) -> Vec<Range<usize>> {
    VPA.find_iter(text)
        .filter(|found| {
            let after = text.get(found.end()..).unwrap_or_default();
            let before = text.get(..found.start()).unwrap_or_default();
            let domain = after.starts_with('.')
                && after
                    .chars()
                    .nth(1)
                    .is_some_and(|c| c.is_ascii_alphanumeric());
            let joined = after.starts_with(['@', '-', '_'])
                || before.ends_with(['@', '/', '=', '+', '%']) && before.contains("http");
            !domain && !joined
        })
        .map(|found| found.range())
        .collect()
}

/// Looked for in a text whose notes are masked.
pub(super) fn find(text: &str, pairs: &[Pair], narration: Option<&Narration>) -> Payer {
    let vpas = vpas(text);
    let before = |span: &Range<usize>| text.get(..span.start).unwrap_or_default();
    let payers: Vec<&Range<usize>> = vpas
        .iter()
        .filter(|span| !PAYEE.is_match(before(span)) || LINKED.is_match(before(span)))
        .filter(|span| {
            !pairs
                .iter()
                .any(|p| p.label == Label::Account && p.value.contains(&span.start))
        })
        .collect();
    let labelled = pairs
        .iter()
        .filter(|p| matches!(p.label, Label::Vpa | Label::Payer))
        .find_map(|p| payers.iter().find(|span| p.value.contains(&span.start)));
    let vpa = narration
        .and_then(|n| n.vpa.clone())
        .or_else(|| labelled.or(payers.first()).map(|span| (*span).clone()));
    let name = narration
        .and_then(|n| n.name.clone())
        .or_else(|| by_label(text, pairs))
        .or_else(|| vpa.as_ref().and_then(|vpa| beside(text, vpa)))
        // A narration that has a stump of the name has no more of it.
        .or_else(|| {
            narration
                .is_none_or(|n| n.vpa.is_none())
                .then(|| in_sentence(text))
                .flatten()
        });
    Payer { vpa, name }
}

fn by_label(text: &str, pairs: &[Pair]) -> Option<Range<usize>> {
    pairs
        .iter()
        .filter(|p| p.label == Label::Payer)
        .find_map(|pair| {
            let value = text.get(pair.value.clone())?;
            // The VPA may stand beside the name, in brackets or not.
            let end = match (vpas(value).first(), value.find(['(', '<', '|'])) {
                (Some(vpa), bracket) => vpa.start.min(bracket.unwrap_or(vpa.start)),
                (None, Some(bracket)) if bracket > 0 => bracket,
                (None, _) => value.len(),
            };
            let mut name = value.get(..end)?;
            loop {
                let shorter = name.trim_end_matches([' ', '-', ',', ':', '/', '~']);
                let shorter = strip_word(shorter, "vpa")
                    .or_else(|| strip_word(shorter, "upi id"))
                    .unwrap_or(shorter);
                if shorter == name {
                    break;
                }
                name = shorter;
            }
            let name = if pair.own_line {
                name
            } else {
                name.get(..length_of_name(name, true))?
            };
            plausible(name).then(|| pair.value.start..pair.value.start + name.len())
        })
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(word.len())?;
    text.get(at..)?
        .eq_ignore_ascii_case(word)
        .then(|| text.get(..at))
        .flatten()
}

/// Behind the VPA, with nothing or a bracket between; or before it, with the VPA in brackets.
fn beside(text: &str, vpa: &Range<usize>) -> Option<Range<usize>> {
    let after = text.get(vpa.end..)?;
    if let Some(found) = AFTER_VPA.captures(after)
        && let Some(name) = found.get(1).or(found.get(2))
    {
        let words = name.as_str();
        let length = if found.get(1).is_some() {
            words.len()
        } else {
            length_of_name(words, false)
        };
        if length == words.len() && plausible(words) {
            return Some(vpa.end + name.start()..vpa.end + name.end());
        }
    }
    let before = text.get(..vpa.start)?.trim_end();
    let opened = before.strip_suffix('(').or_else(|| {
        let label = before.trim_end_matches([':', ' ']);
        strip_word(label, "vpa")
            .or_else(|| strip_word(label, "upi id"))?
            .trim_end()
            .strip_suffix('(')
    })?;
    let name_end = opened.trim_end().len();
    let start = opened.rfind(['\n', '\t']).map_or(0, |at| at + 1);
    let lead = BEFORE_NAME.find_iter(opened.get(start..name_end)?).last()?;
    let name = opened.get(start + lead.end()..name_end)?;
    plausible(name).then_some(start + lead.end()..name_end)
}

fn in_sentence(text: &str) -> Option<Range<usize>> {
    let after = BEFORE_NAME.find_iter(text).find_map(|lead| {
        let rest = text.get(lead.end()..)?;
        let length = length_of_name(rest, false);
        let name = rest.get(..length)?;
        (plausible(name) && name.chars().next().is_some_and(|c| !c.is_lowercase()))
            .then_some(lead.end()..lead.end() + length)
    });
    after.or_else(|| {
        let found = AFTER_NAME.find(text)?;
        let before = text.get(..found.start())?;
        let start = before
            .rfind(['\n', '\t', '!', ':', '.', ','].as_slice())
            .map_or(0, |at| at + 1);
        let name = before.get(start..)?;
        let lead = name.len() - name.trim_start().len();
        let words = name.trim();
        (plausible(words) && words.chars().next().is_some_and(char::is_uppercase))
            .then_some(start + lead..start + lead + words.len())
    })
}

/// How many bytes of `text` are one name: words that begin with a capital (any word where `loose`), initials with their full
/// stops, up to a word that is none.
fn length_of_name(text: &str, loose: bool) -> usize {
    let mut end = 0;
    let mut at = 0;
    for word in text.split(' ') {
        let start = at;
        at += word.len() + 1;
        let stopped = word.find(['\n', '\t', ',', ';', '(', ':', '~']);
        let core = word
            .get(..stopped.unwrap_or(word.len()))
            .unwrap_or_default();
        let dot = core
            .find('.')
            .filter(|&dot| !is_initial(core.get(..dot).unwrap_or_default()));
        let core = core.get(..dot.unwrap_or(core.len())).unwrap_or_default();
        let joins = matches!(
            core,
            "&" | "and" | "of" | "-" | "s/o" | "d/o" | "bin" | "alias"
        );
        let begins = core
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || (loose && c.is_alphabetic()) || is_indic(c));
        let digits = core.bytes().any(|b| b.is_ascii_digit()) || core.contains('@');
        if NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(core))
            || digits
            || !(begins || joins && end > 0)
        {
            break;
        }
        if !joins {
            end = start + core.len();
        }
        if stopped.is_some() || dot.is_some() {
            break;
        }
    }
    end
}

fn is_indic(c: char) -> bool {
    ('\u{0900}'..='\u{0dff}').contains(&c)
}

/// `R` of `R. K. Sharma`, `Dr` of `Dr. Rao`.
fn is_initial(word: &str) -> bool {
    word.chars().count() == 1
        || ["mr", "mrs", "ms", "dr", "smt", "shri", "sri", "m/s", "prof", "md", "mohd", "kum"]
            .iter()
            .any(|title| word.eq_ignore_ascii_case(title))
        // Several initials in one: A.B.Rao.
        || word.rsplit_once('.').is_some_and(|(_, last)| last.chars().count() == 1)
}

fn plausible(name: &str) -> bool {
    let name = name.trim();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let first = name.split([' ', ':', '-']).next().unwrap_or_default();
    letters >= 2
        && name.len() <= 120
        && !name.contains('@')
        && !name.contains("http")
        && !NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(first))
        && !name.split(' ').all(|word| BANKS.iter().any(|b| b.eq_ignore_ascii_case(word)))
}
