//! `Label: value` in all its layouts: in a line, in cells, one below the other, with labels in one row and values in the next,
//! and in the midst of a sentence.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Amount,
    Balance,
    /// The UPI or IMPS reference.
    Reference,
    /// A reference of another kind: an order, an app's transaction.
    OtherReference,
    Payer,
    Vpa,
    Note,
    /// Date, time or both.
    When,
    Account,
    Narration,
    /// A label to the eye, of nothing that is sought.
    Unknown,
}

#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) label: Label,
    /// Where the value stands; never empty.
    pub(super) value: Range<usize>,
    /// The value begins a line or cell of its own, or follows a label that does.
    pub(super) own_line: bool,
}

const REFERENCE: &str = r"(?:(?:upi|imps|bank|payment|npci)\s*)?(?:(?:txn|transaction|trans|trxn|tran)\.?\s*)?(?:rrn|utr|ref(?:erence)?)\b\.?(?:\s*(?:no|number|num|nbr|id|#|code)\b\.?)*(?:\s*\((?:rrn|utr|upi|upi ref(?:erence)?(?: no\.?)?)\))?(?:\s*(?:no|number)\.?)?|(?:upi|imps)(?:\s*(?:txn|transaction|trans)\.?)?(?:\s*(?:id|no|number|ref)\.?)|refno|rrn/utr|utr/rrn|upi ref/rrn";

static KINDS: LazyLock<Vec<(Label, Regex)>> = LazyLock::new(|| {
    let whole = |pattern: &str| {
        Regex::new(&format!(r"(?i)^(?:{pattern})$")).expect("constant pattern, compiled by a test")
    };
    vec![
        (
            Label::Balance,
            whole(r"(?:[\w./&-]+\s+){0,4}bal(?:ance)?\.?(?:\s+(?:is|as on|inr))?|avl\.? ?bal\.?"),
        ),
        (Label::Reference, whole(REFERENCE)),
        (
            Label::OtherReference,
            whole(
                r"(?:order|txn|transaction|trxn|payment|app|paytm|phonepe|neft|rtgs|bharatpe|google)\.?\s*(?:txn|transaction|reference|ref|order)?\.?\s*(?:id|no|number|ref|reference|utr)\.?|tid",
            ),
        ),
        (
            Label::Amount,
            whole(
                r"(?:(?:txn|transaction|transfer(?:red)?|credit(?:ed)?|payment|upi|total|net|paid|received|deposit(?:ed)?)\s+)?(?:amount|amt)\.?(?:\s*(?:credited|received|paid|deposited|transferred|\((?:inr|rs\.?|₹|in rs\.?)\)))*|credited|credit|received|payment received|paid|you(?:'ve|’ve| have)? received|money received|amount",
            ),
        ),
        (
            Label::Vpa,
            whole(
                r"(?:(?:sender|payer|remitter|customer|from|upi|payer's|sender's)\s*)*(?:vpa|upi id|upi address|upi handle)(?:\s*(?:of (?:sender|payer)))?",
            ),
        ),
        (
            Label::Payer,
            whole(
                r"(?:(?:sender|payer|remitter|customer|payee)(?:['’]s)?\s*(?:name|details)?|paid by|received from|from|credited by|by|transferred by|sent by|from name|name of (?:sender|remitter|payer)|remitter|name)",
            ),
        ),
        (
            Label::Note,
            whole(
                r"(?:(?:payment|payer|payer's|sender's|sender|customer|upi|txn|transaction|added|their)\s*)?(?:note|message|msg|remarks?|purpose|comments?|description)(?:\s*(?:from|by) (?:the )?(?:payer|sender|customer))?",
            ),
        ),
        (
            Label::When,
            whole(
                r"(?:(?:transaction|txn|trans|credit|payment|value|posting|transfer)\s*)?(?:date(?:\s*(?:&|and|/|,)\s*time)?|time|timestamp|date/time)(?:\s*(?:of (?:txn|transaction|credit)|\(ist\)))?|when|credited on|received on|on|at|paid on|paid at|received at",
            ),
        ),
        (
            Label::Account,
            whole(
                r"(?:(?:your|to|credited|beneficiary|deposit|in|credit|bank)\s*)*(?:a/?c|acct|account)\.?(?:\s*(?:no|number|num|ending|#)\.?)*|credited to|credited in|deposited in|deposited to|to",
            ),
        ),
        (
            Label::Narration,
            whole(
                r"(?:transaction\s*)?(?:info|information|narration|particulars|reference details|txn details)",
            ),
        ),
    ]
});

fn kind(label: &str) -> Option<Label> {
    KINDS
        .iter()
        .find(|(_, pattern)| pattern.is_match(label))
        .map(|(kind, _)| *kind)
}

/// What may stand before a label in its cell: `a.`, `1)`, a bullet.
static LIST_MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[A-Za-z0-9]{1,2}[.)]\s+|[-•·*–—>#]+\s*)")
        .expect("constant pattern, compiled by a test")
});
/// Between a label that begins a cell and its value. A colon may stand anywhere, see [`inline`].
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*(?:=|\||–|—|\s-{1,3}>?\s|\.{2,}|…|»|→)\s*")
        .expect("constant pattern, compiled by a test")
});
/// Where the bank goes on after a value within a sentence.
static NEXT_SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([^\s.]{2,})\.(?:\s+|$)|\s[-–]\s?[A-Z]{2,}|[;|]|,\s")
        .expect("constant pattern, compiled by a test")
});

struct Cell {
    /// Without a list mark.
    span: Range<usize>,
    row: usize,
    label: Option<Label>,
}

pub(super) fn pairs(text: &str) -> Vec<Pair> {
    let cells = cells(text);
    let mut found = Vec::new();
    let mut values = vec![false; cells.len()];
    for (at, cell) in cells.iter().enumerate() {
        let Some(content) = text.get(cell.span.clone()) else {
            continue;
        };
        let open = inline(content, cell.span.start, &mut found);
        let next = at + 1;
        let announced = match (open, values.get(at)) {
            (Some(label), _) => Some(label),
            (None, Some(false)) => cell.label.or_else(|| of_two(&cells, at)),
            (None, _) => None,
        };
        if let (Some(label), Some(value)) = (
            announced,
            cells.get(column_below(&cells, at).unwrap_or(next)),
        ) {
            let place = column_below(&cells, at).unwrap_or(next);
            // A label is no value, unless it stands in the value's column.
            if value.label.is_none() || value.row == cell.row {
                found.push(Pair {
                    label,
                    value: value.span.clone(),
                    own_line: true,
                });
                if let Some(taken) = values.get_mut(place) {
                    *taken = true;
                }
            }
        }
    }
    found.retain(|pair| !pair.value.is_empty());
    found
}

fn cells(text: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (row, line) in text.split('\n').enumerate() {
        let mut at = start;
        for cell in line.split('\t') {
            let mark = LIST_MARK.find(cell).map_or(0, |m| m.end());
            let content = cell.get(mark..).unwrap_or_default();
            let lead = content.len() - content.trim_start().len();
            let span = at + mark + lead..at + mark + lead + content.trim().len();
            let bare = content.trim().trim_end_matches([':', '-', '–', ' ', '.']);
            cells.push(Cell {
                label: kind(bare),
                span,
                row,
            });
            at += cell.len() + 1;
        }
        start += line.len() + 1;
    }
    cells
}

/// In a row of two cells the first is a label, even if nothing is known of it.
fn of_two(cells: &[Cell], at: usize) -> Option<Label> {
    let row = cells.get(at)?.row;
    let alone = at
        .checked_sub(1)
        .and_then(|before| cells.get(before))
        .is_none_or(|c| c.row != row);
    let second = cells.get(at + 1).is_some_and(|c| c.row == row);
    let third = cells.get(at + 2).is_some_and(|c| c.row == row);
    (alone && second && !third).then_some(Label::Unknown)
}

/// Where a whole row are labels, their values stand in the next row.
fn column_below(cells: &[Cell], at: usize) -> Option<usize> {
    let row = cells.get(at)?.row;
    let in_row = |wanted: usize| {
        cells
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.row == wanted)
    };
    let width = in_row(row).count();
    let heads = width > 1 && in_row(row).all(|(_, c)| c.label.is_some());
    if !heads || in_row(row + 1).count() != width {
        return None;
    }
    let column = in_row(row).position(|(place, _)| place == at)?;
    in_row(row + 1).nth(column).map(|(place, _)| place)
}

/// Labels before a colon (or, at the beginning, another separator) within a cell, and their values. The label whose value is
/// not in this cell is returned.
fn inline(content: &str, offset: usize, found: &mut Vec<Pair>) -> Option<Label> {
    let mut heads: Vec<(Label, usize, usize)> = Vec::new();
    if let Some(separator) = SEPARATOR.find(content)
        && let Some(label) = content
            .get(..separator.start())
            .and_then(|l| kind(l.trim()))
    {
        heads.push((label, 0, separator.end()));
    }
    for (colon, _) in content.match_indices([':', '：']) {
        let from = heads.last().map_or(0, |(_, _, end)| *end);
        let before = content.get(from..colon).unwrap_or_default();
        if let Some((label, start)) = label_at_end(before) {
            let after = content.get(colon..).unwrap_or_default();
            let skip = after.len() - after.trim_start_matches([':', '：', '-', ' ']).len();
            heads.push((label, from + start, colon + skip));
        }
    }
    let mut open = None;
    for (at, (label, start, value_start)) in heads.iter().enumerate() {
        let end = heads
            .get(at + 1)
            .map_or(content.len(), |(_, next, _)| *next);
        let value = content.get(*value_start..end).unwrap_or_default();
        let own_line = *start == 0 && heads.len() == 1;
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
        Some((
            kind(text.get(start..)?.trim_start_matches(['(', '.', '-']))?,
            start,
        ))
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
