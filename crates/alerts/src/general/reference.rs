//! The UTR: found by its label or its slot, never as the first twelve digits.

use super::label::Label;
use super::labels::Pair;
use super::narration::Narration;
use super::pattern::pattern;
use super::sentences;
use regex::Regex;
use std::sync::LazyLock;

#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    pub(super) utr: Option<String>,
    pub(super) other: Option<String>,
}

/// Twelve digits, perhaps in groups of four; Bandhan puts a C before them.
static TWELVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"C?([0-9]{12}|[0-9]{4}[ -][0-9]{4}[ -][0-9]{4})"));
/// Words before a number that say what it is, the surest first. Between them and the number stands nothing else.
static LABELS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let label = |words: &str| {
        pattern(&format!(
            r"(?i)(?:{words})(?:['’]s)?(?:[\s:.,#()\[\]=*–—|/-]|\b12[ -]digits?\b|\b(?:no|num|number|nbr|id|is|was|as|code|rrn|utr|ref|upi|imps|of|cr|credit|for|this|your|the|payment|transaction)\b|संख्या|क्रमांक|नंबर|सं\.?)*$"
        ))
    };
    [
        label(
            r"\b(?:utr|rrn)|\b(?:upi|imps|bank|npci)\b[\s./-]*(?:(?:txn|trxn|transaction|trans|payment|credit)\b[\s./-]*)?(?:ref(?:erence|no)?|id|no)\b|\bupi\b[\s:./-]*r\.? ?(?:id|no)\b|सन्दर्भ|संदर्भ",
        ),
        label(r"\b(?:upi|imps)\b[\s./-]*(?:(?:txn|trxn|transaction|trans)\b)?"),
        label(
            r"\bref(?:erence)?\b[^0-9\n.;]{0,50}\bis\b|\bref(?:erence|no)?\b|\b(?:txn|trxn|transaction|payment)\b[\s.]*(?:ref(?:erence)?|id|no|number)\b",
        ),
    ]
});
/// A number of these is somebody's, whatever else stands before it.
static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:customer|cust|client|order|message|msg|mobile|phone|whatsapp|call|offer|coupon|complaint|ticket|service request|sr|card|invoice|bill|gst\w*|umn|mandate|terminal|merchant|request|promo|policy|loan|hub|internal|app|device|aadhaar|virtual)\W*(?:id|no|number|ref(?:erence)?|code|txn|transaction)?[\s:.#()*/-]*(?:is\s)?$",
    )
});
/// A sentence about another payment.
static EARLIER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:last time|previous(?:ly)?|earlier)\b"));
/// Another reference behind its label: at least six letters and digits, with a digit among them.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:neft|rtgs|imps|upi|txn|transaction|payment|order|utr|rrn|bank)\b[\s./-]*)*(?:utr|ref(?:erence)?|refno|id|no|number)\b[\s:.#()-]*(?:(?:no|number|id|is)\b[\s:.#()-]*)*([A-Z0-9](?:[A-Z0-9_]|:[A-Z0-9]){5,39})\b",
    )
});

/// `RTGS SBINR12026091128565666`: nothing but the rail before it.
static OF_RAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:NEFT|RTGS)\b[\s:/-]{1,3}([A-Z]{4,5}[A-Z0-9]?[0-9]{8,18})\b"));

pub(super) fn find(text: &str, pairs: &[Pair], narration: Option<&Narration>) -> Reference {
    let slot = narration.and_then(|n| n.utr.clone());
    let labelled = by_label(text);
    let utr = match (slot, labelled) {
        (Some(slot), _) => Some(slot),
        (None, labelled) => labelled.or_else(|| of_pair(text, pairs)),
    };
    let other = match utr {
        Some(_) => None,
        None => narration
            .and_then(|n| n.other.clone())
            .or_else(|| other(text, pairs)),
    };
    Reference { utr, other }
}

/// The value of a label that stands behind it, or anywhere else that only the layout tells.
fn of_pair(text: &str, pairs: &[Pair]) -> Option<String> {
    let labelled = pairs.iter().filter(|p| p.label == Label::Reference);
    let mut values = labelled
        .filter_map(|p| text.get(p.value.clone()))
        .map(super::trimmed)
        .filter(|value| value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit()));
    let first = values.next()?;
    values.all(|other| other == first).then(|| first.to_owned())
}

/// The one number with the surest label. Several of that rank: none.
fn by_label(text: &str) -> Option<String> {
    let numbers: Vec<(usize, String)> = TWELVE
        .captures_iter(text)
        .filter_map(|found| {
            let (whole, number) = (found.get(0)?, found.get(1)?);
            let before = text.get(..whole.start())?;
            let after = text.get(whole.end()..)?;
            let decimals =
                after.starts_with('.') && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
            let joined = before
                .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '_' | '='))
                || after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '_'))
                || decimals;
            let reach = before.char_indices().rev().nth(70).map_or(0, |(at, _)| at);
            let context = before.get(reach..)?;
            let rank = LABELS.iter().position(|label| label.is_match(context))?;
            let near = before.char_indices().rev().nth(300).map_or(0, |(at, _)| at);
            let near = before.get(near..)?;
            let sentence = sentences::last_of(near);
            let foreign = rank > 0 && FOREIGN.is_match(context) || EARLIER.is_match(sentence);
            let in_link = context
                .rsplit(char::is_whitespace)
                .next()
                .is_some_and(|word| word.contains("//") || word.contains("www."));
            let digits: String = number
                .as_str()
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            (!joined && !foreign && !in_link).then_some((rank, digits))
        })
        .collect();
    let best = numbers.iter().map(|(rank, _)| *rank).min()?;
    let mut of_best = numbers
        .iter()
        .filter(|(rank, _)| *rank == best)
        .map(|(_, number)| number);
    let first = of_best.next()?;
    of_best.all(|other| other == first).then(|| first.clone())
}

fn other(text: &str, pairs: &[Pair]) -> Option<String> {
    let is_reference = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        (6..=40).contains(&word.len())
            && digits >= 4
            && !word.starts_with("XX")
            && !word.starts_with("xx")
            && word
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'))
    };
    let labelled = |wanted: Label| {
        pairs
            .iter()
            .filter(move |p| p.label == wanted)
            .filter_map(|p| text.get(p.value.clone()))
            .map(super::trimmed)
            .filter_map(|value| value.split([' ', '\n']).find(|word| !word.is_empty()))
            .find(|word| {
                is_reference(word)
                    && (wanted != Label::OtherReference
                        || word.len() != 12
                        || word.bytes().any(|b| b.is_ascii_alphabetic()))
            })
    };
    labelled(Label::Reference)
        .or_else(|| labelled(Label::OtherReference))
        .or_else(|| {
            // A UTR is called one; an id may be anything's.
            let (sure, unsure): (Vec<_>, Vec<_>) = OTHER.captures_iter(text).partition(|found| {
                let label = found.get(0).map(|m| m.as_str().to_ascii_lowercase());
                label.is_some_and(|label| label.contains("utr") || label.contains("ref"))
            });
            sure.into_iter()
                .chain(unsure)
                .filter(|found| {
                    !FOREIGN.is_match(
                        text.get(..found.get(0).map_or(0, |m| m.start()))
                            .unwrap_or_default(),
                    )
                })
                .filter_map(|found| found.get(1))
                .map(|found| found.as_str())
                .find(|word| {
                    is_reference(word)
                        && (word.len() != 12 || word.bytes().any(|b| b.is_ascii_alphabetic()))
                })
        })
        .or_else(|| {
            let word = OF_RAIL.captures(text)?.get(1)?.as_str();
            is_reference(word).then_some(word)
        })
        .map(str::to_owned)
}
