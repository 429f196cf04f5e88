//! Labels within a cell or sentence, and their values.

use super::label::{Label, kind};
use super::labels::Pair;
use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Between a label that begins a cell and its value. A colon may stand anywhere, see [`inline`].
static SEPARATOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s*(?:=|\||–|—|\s-{1,3}>?\s|\.{2,}\s*:?|…\s*:?|»|→)\s*"));
/// Where the bank goes on after a value within a sentence.
static NEXT_SENTENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([^\s.]{2,})(?:\.(?:\s+|$)|।)|\s[-–]\s?[A-Z]{2,}|[;|]|,\s"));

/// Between a label and its value anywhere in a sentence.
static MARK: LazyLock<Regex> = LazyLock::new(|| pattern(r"[:：]|\s?[-–—]\s?|\s?=\s?"));

/// Not a word of any sentence ("from - to"): only such a label may stand before a dash in one.
fn is_noun(label: &str) -> bool {
    static NOUN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:remarks?|note|message|msg|comments?|purpose|vpa|upi id|rrn|utr|ref|reference|no|number|name|id)\b",
        )
    });
    NOUN.is_match(label)
}

/// Labels before a colon (or, at the beginning, another separator) within a cell, and their values. The label whose value is
/// not in this cell is returned.
pub(super) fn inline(content: &str, offset: usize, found: &mut Vec<Pair>) -> Option<Label> {
    let mut heads: Vec<(Label, usize, usize)> = Vec::new();
    if let Some(separator) = SEPARATOR.find(content)
        && let Some(label) = content
            .get(..separator.start())
            .and_then(|l| kind(l.trim()))
    {
        heads.push((label, 0, separator.end()));
    }
    for mark in MARK.find_iter(content) {
        let from = heads.last().map_or(0, |(_, _, end)| *end);
        let Some(before) = content.get(from..mark.start()) else {
            continue;
        };
        let Some((label, start)) = label_at_end(before) else {
            continue;
        };
        // "Please note: we never call": no note of the payer's.
        let words = before.get(..start).unwrap_or_default().trim_end();
        let last = words.rsplit(' ').next().unwrap_or_default();
        if label == Label::Note && last.eq_ignore_ascii_case("please") {
            continue;
        }
        let sure =
            mark.as_str().starts_with([':', '：']) || before.get(start..).is_some_and(is_noun);
        if sure {
            let after = content.get(mark.start()..).unwrap_or_default();
            let skip = after.len()
                - after
                    .trim_start_matches([':', '：', '-', '–', '—', '=', ' '])
                    .len();
            heads.push((label, from + start, mark.start() + skip));
        }
    }
    let mut open = None;
    for (at, (label, start, value_start)) in heads.iter().enumerate() {
        let end = heads
            .get(at + 1)
            .map_or(content.len(), |(_, next, _)| *next);
        let value = content.get(*value_start..end).unwrap_or_default();
        let own_line = *start == 0;
        let length = if own_line {
            value.trim_end().len()
        } else {
            sentence_end(value)
        };
        if length == 0 {
            open = (at + 1 == heads.len()).then_some(*label);
        } else {
            let start = offset + value_start;
            found.push(Pair {
                label: *label,
                value: start..start + length,
                own_line,
            });
        }
    }
    open
}

/// What a balance is called.
static BALANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:av[a-z]*|clear|clr|total|tot|closing|opening|current|updated|a/?c|acct?|account|new|your|the|ledger|net|final|running|eff[a-z]*|inr|rs)\.?\s?)*(?:bal|amt|amount|limit)",
    )
});

/// The longest label that `text` ends with, of at most seven words, and where it begins.
fn label_at_end(text: &str) -> Option<(Label, usize)> {
    let text = text.trim_end();
    let mut starts: Vec<usize> = vec![];
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let opens =
            previous.is_whitespace() || matches!(previous, '(' | '.' | ',' | ';' | '/' | ')' | '-');
        if opens && !c.is_whitespace() {
            starts.push(at);
        }
        previous = c;
    }
    let first = starts.len().saturating_sub(8);
    starts.get(first..)?.iter().find_map(|&start| {
        let label = text.get(start..)?.trim_start_matches(['(', '.', '-']);
        let kind = kind(label)?;
        // "rent june. Bal:": in a cell of its own a balance may be called anything, but not within a sentence.
        let odd = kind == Label::Balance && !BALANCE.is_match(label);
        (!odd).then_some((kind, start))
    })
}

/// Where a value within a sentence ends: a full stop after a word (not after an initial), a comma, a bank's signature.
fn sentence_end(value: &str) -> usize {
    let end = NEXT_SENTENCE.captures_iter(value).find_map(|found| {
        let whole = found.get(0)?;
        match found.get(1) {
            Some(word) if is_title(word.as_str()) => None,
            Some(word) => Some(word.end()),
            None => Some(whole.start()),
        }
    });
    value
        .get(..end.unwrap_or(value.len()))
        .unwrap_or_default()
        .trim_end()
        .len()
}

fn is_title(word: &str) -> bool {
    [
        "mr", "mrs", "ms", "dr", "m/s", "smt", "shri", "sri", "prof", "st", "no", "ref",
    ]
    .iter()
    .any(|title| word.eq_ignore_ascii_case(title))
}
