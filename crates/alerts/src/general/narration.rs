//! A bank's narration: slots between slashes or dashes, of which the bank fixes the order.
//!
//! `UPI/P2A/677264285500/FALGUN D/HDFC/Paym` · `UPI/694688368269/CR/Hrid/YESB/hriday.m@ptyb/inv 204` ·
//! `UPI/CR/C612345678901/NAME/BANK/note` · `NEFT Cr-SBIN0000001-NAME-PAYEE-SBINH00123456789`

mod dashed;
mod held;
mod slashed;

use super::label::Label;
use super::labels::Pair;
use super::pattern::pattern;
use crate::rules::refusal;
pub(super) use held::is_of_app;
use held::{is_mark, is_wire_reference, twelve};
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
    /// A slot says that the money came back: no payment by anybody.
    pub(super) returned: bool,
    /// `Some(true)` where a slot says credit, `Some(false)` where one says debit.
    pub(super) credit: Option<bool>,
}

/// A rail, and slots that hold no line end. Two slashes at least.
static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:UPI|IMPS|MMT|NEFT|RTGS|UPIAR|UPIAB|P2A|P2M)(?:-[A-Z]{2,6}| ?(?:IN|OUT|INWARD|OUTWARD|CR|DR|CREDIT|DEBIT))?/[^\n\t/]{1,60}/[^\n\t]{0,200}",
    )
});
static DASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:NEFT|RTGS|IMPS|UPI)(?: ?(?:Cr|Inward|In))?\s?[-*][^\n\t]{10,200}")
});
/// Where the bank's sentence goes on behind the last slot.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s?[.;,]\s+(?:[A-Z(]|$)|\s?\((?:clr|clear|avl|avail\w*|total|a/c|closing|ledger|cur\w*)?\.?\s?bal|\)?\s?\([0-9]{1,2}[-/]|\.-\s?[A-Z]|\.(?:avl|bal|total|clear|not|if|a/c|final)\b|\s\.|\.$|\s(?:on|dated|at)\s+\d|\s(?:is |has been |was )?credited (?:inr|rs|₹|in|to|with|by|for)\b|\s(?:the )?(?:avl|aval|avail(?:able)?|clear|total|final|a/c|updated|current|your)\.?\s+(?:available\s+)?bal|\sbal(?:ance)?\b|\s(?:not you|if not)\b|\s-\s?[A-Z]{2,}",
    )
});

struct Slot {
    span: Range<usize>,
}

/// `NEFTINWARD SBIN326205481733/NAMUNA TRADERS`
static INWARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:NEFT|RTGS)\s?(?:(?:INWARD|IN|CR)?\s+|:\s?)([A-Z]{4}[A-Z0-9]{8,18})/(?:From:\s?)?([^/\n.]{3,60})",
    )
});

/// `UPI:006928585223:SUSHMA KALPIT:28-01-2026`, `UPI:696885385169:NAME`: colons part the slots.
static COLONS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:UPI|IMPS)(?::(?:CR|IN|P2A|P2M))?:[0-9]{12}:[A-Z][^:(\n\t]{2,60}(?::[^\n\t]{0,140})?",
    )
});
/// A label's word, which is no slot.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:from|to|by|payer|sender|ref|rrn|utr|a/c|bal|amt)\b"));

/// Up to a slot that only a date or a label's value can be.
fn coloned(text: &str) -> Option<(Range<usize>, Vec<Slot>)> {
    let found = COLONS.find_iter(text).find(|found| {
        found
            .as_str()
            .split(':')
            .find(|slot| slot.starts_with(char::is_alphabetic) && !is_rail_or_mark(slot))
            .is_some_and(|slot| !LABEL.is_match(slot))
    })?;
    let span = bounded(text, found.range(), &[':']);
    let mut slots = slots(text, &span, ':');
    let date = |slot: &Slot| {
        text.get(slot.span.clone()).is_some_and(|t| {
            t.starts_with(|c: char| c.is_ascii_digit()) && t.len() < 22 && t.contains(['-', '/'])
        })
    };
    let end = slots
        .iter()
        .skip(2)
        .position(date)
        .map_or(slots.len(), |at| at + 2);
    slots.truncate(end);
    let last = slots.last()?.span.end;
    Some((span.start..last.max(span.start), slots))
}

fn is_rail_or_mark(slot: &str) -> bool {
    is_mark(slot)
        || ["upi", "imps"]
            .iter()
            .any(|rail| rail.eq_ignore_ascii_case(slot))
}

fn inward(text: &str) -> Option<Narration> {
    let found = INWARD.captures(text);
    let found = found.or_else(|| {
        let found = BLANKS.captures(text)?;
        let digits = found.get(1)?.as_str().bytes().filter(u8::is_ascii_digit);
        (digits.count() >= 5 && super::name::plausible(found.get(2)?.as_str())).then_some(found)
    })?;
    let (whole, reference, name) = (found.get(0)?, found.get(1)?, found.get(2)?);
    let name = name.start()..name.start() + name.as_str().trim_end().len();
    Some(Narration {
        span: whole.range(),
        utr: None,
        other: Some(reference.as_str().to_owned()),
        name: Some(name),
        vpa: None,
        note: None,
        returned: false,
        credit: None,
    })
}

/// `IBKL0000998 NEFT IBKLN22026032841170356 NAMUNA AGENCIES.`: blanks part the slots.
static BLANKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:NEFT|RTGS)\s+([A-Z]{4}[A-Z0-9]{8,18})\s+([A-Z][A-Z .&'-]{2,59}?)(?:\.|\n|$)")
});
/// `UPI TXN: /492203609129-NAMUNA LAL/bill 4471/lal.n@okaxis/UTIB0000004/…`
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\bUPI(?: TXN)?\s?:?\s?/([0-9]{12})-([A-Z][^/\n\t]{1,59})/([^/\n\t]{0,100})/([^/\s]+@[^/\s]+)(?:/[^\s"”]*)?"#,
    )
});

/// `IMPS -Tejal Namuna- 612318840276`
static BETWEEN_DASHES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:UPI|IMPS)\s-\s?([A-Z][A-Za-z .&'’]{1,59}?)\s?-\s?([0-9]{12})\b")
});

/// `UPI/PARAG KALPNIK ref no 621308129880`
static LABELLED_SLOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:UPI|IMPS)/([A-Z][A-Za-z .&'’]{1,59}?),? (?i:ref|rrn|utr)(?i:\.|no|number|id|[: -])*([0-9]{12})\b",
    )
});

fn between_dashes(text: &str) -> Option<Narration> {
    let found = BETWEEN_DASHES
        .captures(text)
        .or_else(|| LABELLED_SLOT.captures(text))?;
    // `IMPS -Federal bank- 616781403552`: the payer's bank.
    let name = found
        .get(1)
        .filter(|name| super::name::plausible(name.as_str()));
    Some(Narration {
        span: found.get(0)?.range(),
        utr: Some(found.get(2)?.as_str().to_owned()),
        other: None,
        name: name.map(|name| name.range()),
        vpa: None,
        note: None,
        returned: found.get(1).is_some_and(|name| {
            let said = name.as_str();
            refusal(said).is_some() || said.split(' ').any(held::is_returned)
        }),
        credit: None,
    })
}

fn named(text: &str) -> Option<Narration> {
    let found = NAMED.captures(text)?;
    let vpa = found.get(4)?;
    super::address::is_vpa(vpa.as_str()).then_some(())?;
    Some(Narration {
        span: found.get(0)?.range(),
        utr: Some(found.get(1)?.as_str().to_owned()),
        other: None,
        name: Some(found.get(2)?.range()),
        vpa: Some(vpa.range()),
        note: found.get(3).map(|note| note.range()),
        returned: false,
        credit: None,
    })
}

pub(super) fn find(text: &str, pairs: &[Pair]) -> Option<Narration> {
    if let Some(found) = inward(text)
        .or_else(|| named(text))
        .or_else(|| between_dashes(text))
    {
        return Some(found);
    }
    if let Some((span, slots)) = coloned(text) {
        return Some(slashed::read(text, span, &slots));
    }
    let slashed = SLASHED
        .find_iter(text)
        .map(|found| (found.range(), '/'))
        .find(|(span, _)| {
            // A path is no narration.
            let before = text
                .get(..span.start)
                .and_then(|t| t.rsplit(char::is_whitespace).next());
            let first = text.get(span.clone()).and_then(|t| t.split(' ').next());
            [before, first]
                .iter()
                .flatten()
                .all(|word| !word.contains("://"))
        });
    let (span, separator) = slashed.or_else(|| hyphenated(text, pairs))?;
    let span = bounded(text, span, &['/', '-', '*']);
    let slots = slots(text, &span, separator);
    Some(if separator != '-' {
        slashed::read(text, span, &slots)
    } else {
        dashed::read(text, span, &slots)
    })
}

fn hyphenated(text: &str, pairs: &[Pair]) -> Option<(Range<usize>, char)> {
    let found = DASHED.find_iter(text).find(|found| {
        let slots = found.as_str().matches(['-', '*']).count();
        let labelled = pairs
            .iter()
            .any(|p| p.label == Label::Narration && p.value.contains(&found.start()));
        let referred = found
            .as_str()
            .split(['-', '*'])
            .skip(1)
            .take(3)
            .any(|slot| {
                slot.split(['.', ' '])
                    .next()
                    .is_some_and(|slot| twelve(slot) || is_wire_reference(slot))
            });
        slots >= 3 || (slots >= 2 && (labelled || referred))
    })?;
    let separator = if found.as_str().matches('*').count() >= 2 {
        '*'
    } else {
        '-'
    };
    Some((found.range(), separator))
}

/// Up to where the bank goes on.
fn bounded(text: &str, span: Range<usize>, separators: &[char]) -> Range<usize> {
    let inner = text.get(span.clone()).unwrap_or_default();
    // Not before the third slot: names with initials come after the reference.
    let from = inner
        .match_indices(separators)
        .nth(1)
        .map_or(0, |(at, _)| at);
    let end = AFTER
        .find_iter(inner)
        .map(|found| found.start())
        .find(|start| *start > from && !after_initial(inner, *start))
        .unwrap_or(inner.len());
    // What the bank puts behind the last slot, and no slot holds.
    let inner = inner.get(..end).unwrap_or_default();
    let inner = inner.trim_end_matches(['-', '/', ' ', '(']);
    let opened = inner.matches('(').count() >= inner.matches(')').count();
    let inner = if opened {
        inner
    } else {
        inner.trim_end_matches([')', ' '])
    };
    span.start..span.start + inner.len()
}

/// `R. K. SHARMA`: no end of a sentence.
fn after_initial(text: &str, stop: usize) -> bool {
    let word = text
        .get(..stop)
        .and_then(|t| t.rsplit(|c: char| !c.is_alphanumeric()).next())
        .unwrap_or_default();
    let next = text.get(stop..).and_then(|t| t.strip_prefix(". "));
    let goes_on = next.is_some_and(|t| {
        let word = t.split([' ', '.', ':']).next().unwrap_or_default();
        !super::name::ends_names(word)
    });
    word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) && goes_on
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
