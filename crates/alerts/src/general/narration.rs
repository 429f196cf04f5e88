//! A bank's narration: slots between slashes or dashes, of which the bank fixes the order.
//!
//! `UPI/P2A/677264285500/FALGUN D/HDFC/Paym` · `UPI/694688368269/CR/Hrid/YESB/hriday.m@ptyb/inv 204` ·
//! `UPI/CR/C612345678901/NAME/BANK/note` · `NEFT Cr-SBIN0000001-NAME-PAYEE-SBINH00123456789`

use super::label::Label;
use super::labels::Pair;
use super::pattern::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Clone, Debug)]
pub(super) struct Narration {
    pub(super) span: Range<usize>,
    /// Twelve digits.
    pub(super) utr: Option<String>,
    pub(super) other: Option<String>,
    pub(super) name: Option<Range<usize>>,
    pub(super) vpa: Option<Range<usize>>,
    pub(super) note: Option<Range<usize>>,
    /// `Some(true)` where a slot says credit, `Some(false)` where one says debit.
    pub(super) credit: Option<bool>,
}

/// A rail, and slots that hold no line end. Two slashes at least.
static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:UPI|IMPS|MMT|NEFT|RTGS|UPIAR|UPIAB|P2A|P2M)(?:-[A-Z]{2,6})?/[^\n\t/]{1,60}/[^\n\t]{0,200}",
    )
});
static DASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:NEFT|RTGS|IMPS|UPI)(?: ?(?:Cr|Inward|In))?\s?[-*][^\n\t]{10,200}")
});
static IFSC: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{4}0[A-Z0-9]{6}$"));
static BANK_REFERENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{4}[A-Z0-9]{7,18}$"));
/// Where the bank's sentence goes on behind the last slot.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s?[.;,]\s+(?:[A-Z(]|$)|\.-\s?[A-Z]|\.(?:avl|bal|total|clear|not|if|a/c|final)\b|\s\.|\.$|\s(?:on|dated|at)\s+\d|\s(?:the )?(?:avl|aval|avail(?:able)?|clear|total|final|a/c|updated|current|your)\.?\s+(?:available\s+)?bal|\sbal(?:ance)?\b|\s(?:not you|if not)\b|\s-\s?[A-Z]{2,}",
    )
});
/// Words of banks that stand in a slot and are nobody's.
const MARKS: [&str; 16] = [
    "cr", "dr", "p2a", "p2m", "p2p", "p2pm", "upi", "imps", "neft", "rtgs", "credit", "debit",
    "crd", "in", "na", "mob",
];

struct Slot {
    span: Range<usize>,
}

/// `NEFTINWARD SBIN326205481733/NAMUNA TRADERS`
static INWARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:NEFT|RTGS)\s?(?:INWARD|IN|CR)?\s+([A-Z]{4}[A-Z0-9]{8,18})/([^\n/.]{3,60})")
});

/// `UPI:006928585223:SUSHMA KALPIT:28-01-2026`
static COLONS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:UPI|IMPS):([0-9]{12}):([^:\n\t]{3,60}):"));

fn by_colons(text: &str) -> Option<Narration> {
    let found = COLONS.captures(text)?;
    let (whole, reference, name) = (found.get(0)?, found.get(1)?, found.get(2)?);
    Some(Narration {
        span: whole.range(),
        utr: Some(reference.as_str().to_owned()),
        other: None,
        name: Some(name.range()),
        vpa: None,
        note: None,
        credit: None,
    })
}

fn inward(text: &str) -> Option<Narration> {
    let found = INWARD.captures(text)?;
    let (whole, reference, name) = (found.get(0)?, found.get(1)?, found.get(2)?);
    let name = name.start()..name.start() + name.as_str().trim_end().len();
    Some(Narration {
        span: whole.range(),
        utr: None,
        other: Some(reference.as_str().to_owned()),
        name: Some(name),
        vpa: None,
        note: None,
        credit: None,
    })
}

pub(super) fn find(text: &str, pairs: &[Pair]) -> Option<Narration> {
    if let Some(found) = inward(text).or_else(|| by_colons(text)) {
        return Some(found);
    }
    let slashed = SLASHED
        .find_iter(text)
        .map(|found| (found.range(), '/'))
        .find(|(span, _)| text.get(span.clone()).is_some_and(|t| !t.contains("://")));
    let (span, separator) = slashed.or_else(|| dashed(text, pairs))?;
    let span = bounded(text, span);
    let slots = slots(text, &span, separator);
    Some(if separator == '/' {
        by_slashes(text, span, &slots)
    } else {
        by_dashes(text, span, &slots)
    })
}

fn dashed(text: &str, pairs: &[Pair]) -> Option<(Range<usize>, char)> {
    let found = DASHED.find_iter(text).find(|found| {
        let slots = found.as_str().matches(['-', '*']).count();
        let labelled = pairs
            .iter()
            .any(|p| p.label == Label::Narration && p.value.contains(&found.start()));
        slots >= 3 || (slots >= 2 && (labelled || starts_with_reference(found.as_str())))
    })?;
    let separator = if found.as_str().matches('*').count() >= 2 {
        '*'
    } else {
        '-'
    };
    Some((found.range(), separator))
}

/// Up to where the bank goes on.
fn bounded(text: &str, span: Range<usize>) -> Range<usize> {
    let inner = text.get(span.clone()).unwrap_or_default();
    // Not before the third slot: names with initials come after the reference.
    let from = inner
        .match_indices(['/', '-', '*'])
        .nth(1)
        .map_or(0, |(at, _)| at);
    let end = AFTER
        .find_iter(inner)
        .map(|found| found.start())
        .find(|start| *start > from)
        .unwrap_or(inner.len());
    span.start..span.start + end
}

fn slots(text: &str, span: &Range<usize>, separator: char) -> Vec<Slot> {
    let inner = text.get(span.clone()).unwrap_or_default();
    let mut at = span.start;
    inner
        .split(separator)
        .map(|slot| {
            let lead = slot.len() - slot.trim_start().len();
            let start = at + lead;
            at += slot.len() + 1;
            Slot {
                span: start..start + slot.trim().len(),
            }
        })
        .collect()
}

fn digits_of_reference(slot: &str) -> Option<&str> {
    let digits = slot.strip_prefix(['C', 'c']).unwrap_or(slot);
    (digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn by_slashes(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let mark = |slot: &Slot| {
        let slot = word(slot);
        MARKS.iter().any(|m| m.eq_ignore_ascii_case(slot))
    };
    let says = |wanted: &[&str]| {
        slots
            .iter()
            .any(|s| wanted.iter().any(|w| w.eq_ignore_ascii_case(word(s))))
    };
    let credit = match (says(&["cr", "credit", "crd"]), says(&["dr", "debit"])) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let at = slots
        .iter()
        .position(|slot| digits_of_reference(word(slot)).is_some());
    let digits = at
        .and_then(|at| slots.get(at))
        .and_then(|slot| digits_of_reference(word(slot)));
    let rest: Vec<&Slot> = slots
        .iter()
        .skip(at.map_or(0, |at| at + 1))
        .skip_while(|slot| mark(slot))
        .collect();
    if word_is_wire(slots.first().map(word).unwrap_or_default()) || digits.is_none() {
        return by_wire(text, span, slots);
    }
    let vpa_at = rest
        .iter()
        .position(|slot| super::address::is_vpa(word(slot)));
    // Before a VPA stands only a stump of the name, and the bank.
    let name = rest.first().filter(|slot| {
        vpa_at.is_none_or(|at| at > 0 && word(slot).len() > 4) && is_name(word(slot))
    });
    let note = match vpa_at {
        Some(at) => rest.get(at + 1..).and_then(<[&Slot]>::first),
        // Name and bank come first, not every bank's name; what is left is the payer's.
        None => match rest.get(1..) {
            Some([only]) => Some(only).filter(|slot| !is_bank(word(slot))),
            Some([_, note, ..]) => Some(note),
            _ => None,
        },
    };
    // A note may itself hold slashes.
    let note = note.map(|slot| slot.span.start..span.end);
    Narration {
        utr: digits.filter(|d| d.len() == 12).map(str::to_owned),
        other: digits.filter(|d| d.len() != 12).map(str::to_owned),
        name: name.map(|slot| slot.span.clone()),
        vpa: vpa_at
            .and_then(|at| rest.get(at))
            .map(|slot| slot.span.clone()),
        note: note.filter(|span| !span.is_empty()),
        credit,
        span,
    }
}

/// `UPI-618327297912-DEEPA MOCKWAL`
fn starts_with_reference(narration: &str) -> bool {
    let slot = narration.split(['-', '*']).nth(1).unwrap_or_default();
    slot.len() == 12 && slot.bytes().all(|b| b.is_ascii_digit())
}

fn word_is_wire(word: &str) -> bool {
    ["neft", "rtgs"]
        .iter()
        .any(|rail| word.eq_ignore_ascii_case(rail))
}

/// `RTGS/HDFCR52026072312345678/HDFC BANK/NAMUNA MOTORS`
fn by_wire(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let reference = slots.iter().map(word).find(|slot| {
        BANK_REFERENCE.is_match(slot)
            && !IFSC.is_match(slot)
            && slot.bytes().any(|b| b.is_ascii_digit())
    });
    let name = slots
        .iter()
        .skip(1)
        .find(|slot| is_name(word(slot)) && !is_bank(word(slot)));
    Narration {
        utr: None,
        other: reference.map(str::to_owned),
        name: name.map(|slot| slot.span.clone()),
        vpa: None,
        note: None,
        credit: None,
        span,
    }
}

/// A bank's name, or the four letters of its IFSC.
fn is_bank(slot: &str) -> bool {
    let lower = slot.to_ascii_lowercase();
    let stump = slot.len() == 4
        && slot
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    stump
        || lower.split(' ').any(|word| word == "bank")
        || lower.ends_with("bank")
        || super::name::is_bank(slot)
        || MARKS.contains(&lower.as_str()) && lower != "na"
}

fn by_dashes(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let ifsc = slots.iter().position(|slot| IFSC.is_match(word(slot)));
    let references = || {
        slots.iter().filter(|slot| {
            let word = word(slot);
            !IFSC.is_match(word)
                && (BANK_REFERENCE.is_match(word)
                    && word.bytes().filter(u8::is_ascii_digit).count() >= 5
                    || digits_of_reference(word).is_some())
        })
    };
    let reference = references().next_back().map(word);
    let after = |at: usize| slots.get(at + 1).filter(|slot| is_name(word(slot)));
    let of_reference = references()
        .next()
        .and_then(|r| slots.iter().position(|s| s.span == r.span));
    let name = ifsc
        .and_then(after)
        .or_else(|| of_reference.and_then(after));
    // The narration's own reference is the first of twelve digits, if there is one.
    let reference = references()
        .map(word)
        .find(|r| r.len() == 12 && r.bytes().all(|b| b.is_ascii_digit()))
        .or(reference);
    let vpa = slots.iter().find(|slot| super::address::is_vpa(word(slot)));
    let twelve = |r: &&str| r.len() == 12 && r.bytes().all(|b| b.is_ascii_digit());
    Narration {
        utr: reference.filter(twelve).map(str::to_owned),
        other: reference.filter(|r| !twelve(r)).map(str::to_owned),
        name: name.map(|slot| slot.span.clone()),
        vpa: vpa.map(|slot| slot.span.clone()),
        // `IMPS-629931956646-NAME-ICIC-xxxxxxxx1234-rent july`
        note: slots
            .get(5)
            .filter(|slot| {
                slots
                    .get(4)
                    .is_some_and(|s| word(s).to_ascii_lowercase().contains("xx"))
                    && !slot.span.is_empty()
            })
            .map(|slot| slot.span.clone()),
        credit: None,
        span,
    }
}

fn is_name(slot: &str) -> bool {
    slot.chars().any(char::is_alphabetic)
        && !super::address::is_vpa(slot)
        && !slot.bytes().any(|b| b.is_ascii_digit())
}
