//! `Label: value` in all its layouts: in a line, in cells, one below the other, with labels in one row and values in the next,
//! and in the midst of a sentence.

use super::inline::inline;
use super::label::{Label, kind};
use super::{pattern::pattern, stacked};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) label: Label,
    /// Where the value stands; never empty.
    pub(super) value: Range<usize>,
    /// The value begins a line or cell of its own, or follows a label that does.
    pub(super) own_line: bool,
}

/// What may stand before a label in its cell: `a.`, `1)`, a bullet.
static LIST_MARK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:\((?:[ivx]{1,4}|[a-z0-9])\)\s+|[A-Za-z0-9]{1,2}[.)]\s+|[-•·*–—>#]+\s*)")
});
pub(super) struct Cell {
    /// Without a list mark.
    pub(super) span: Range<usize>,
    pub(super) row: usize,
    pub(super) label: Option<Label>,
}

pub(super) fn pairs(text: &str) -> Vec<Pair> {
    let cells = cells(text);
    if let Some(found) = stacked::pairs(text, &cells) {
        return found;
    }
    let rows = Rows::new(&cells);
    let mut found = Vec::new();
    let mut values = vec![false; cells.len()];
    for (at, cell) in cells.iter().enumerate() {
        let Some(content) = text.get(cell.span.clone()) else {
            continue;
        };
        let open = inline(content, cell.span.start, &mut found);
        if let Some(value) = unmarked_note(content) {
            found.push(Pair {
                label: Label::Note,
                value: cell.span.start + value..cell.span.end,
                own_line: true,
            });
        }
        let next = at + 1;
        let announced = match (open, values.get(at)) {
            (Some(label), _) => Some(label),
            (None, Some(false)) if label_behind(&cells, at) => {
                if let Some(label) = cells.get(next).and_then(|cell| cell.label) {
                    found.push(Pair {
                        label,
                        value: cell.span.clone(),
                        own_line: true,
                    });
                }
                if let Some(taken) = values.get_mut(next) {
                    *taken = true;
                }
                None
            }
            (None, Some(false)) => cell.label.or_else(|| of_two(&cells, at)),
            (None, _) => None,
        };
        let place = column_below(&cells, &rows, at).unwrap_or(next);
        if let (Some(label), Some(value)) = (announced, cells.get(place)) {
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
    found.extend(further_rows(&cells, &rows));
    found.retain(|pair| !pair.value.is_empty());
    found
}

/// What stands below a head in the third row of a table and further down, up to a row with labels: several amounts are none.
fn further_rows(cells: &[Cell], rows: &Rows) -> Vec<Pair> {
    let mut found = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let (Some(label), Some(below)) = (cell.label, column_below(cells, rows, at)) else {
            continue;
        };
        let heads = rows.of(cell.row);
        let first = cells.get(below).map_or(0, |c| c.row);
        let values = (first + 1..)
            .map(|row| rows.of(row))
            .take_while(|row| row.len() == heads.len() && heads.len() > 2)
            .take_while(|row| {
                cells
                    .get(row.clone())
                    .is_some_and(|row| row.iter().all(|c| c.label.is_none()))
            });
        found.extend(values.filter_map(|row| {
            let value = cells.get(row.start + at - heads.start)?;
            Some(Pair {
                label,
                value: value.span.clone(),
                own_line: true,
            })
        }));
    }
    found
}

/// Which cells make a row, and whether they are the heads of columns.
struct Rows(Vec<(Range<usize>, bool)>);

impl Rows {
    fn new(cells: &[Cell]) -> Self {
        let mut rows: Vec<(Range<usize>, bool)> = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            rows.resize(cell.row + 1, (at..at, false));
            if let Some((row, _)) = rows.last_mut() {
                row.end = at + 1;
            }
        }
        for (row, heads) in &mut rows {
            let width = row.len();
            let cells = cells.get(row.clone()).unwrap_or_default();
            let known = cells.iter().filter(|c| c.label.is_some()).count();
            *heads = width > 1 && known * 2 > width && (known == width || width > 2);
        }
        Self(rows)
    }

    /// Empty where there is none.
    fn of(&self, row: usize) -> Range<usize> {
        self.0
            .get(row)
            .map(|(cells, _)| cells.clone())
            .unwrap_or_default()
    }

    fn is_head(&self, row: usize) -> bool {
        self.0.get(row).is_some_and(|(_, heads)| *heads)
    }
}

/// How long the list mark is that a cell begins with. `R. K. SHARMA` has an initial, and none.
fn list_mark(cell: &str) -> usize {
    let Some(mark) = LIST_MARK.find(cell) else {
        return 0;
    };
    let rest = cell.get(mark.end()..).unwrap_or_default();
    let initial = mark.as_str().starts_with(|c: char| c.is_ascii_uppercase())
        && mark.as_str().contains('.')
        && !rest.contains(':')
        && kind(rest.trim()).is_none();
    if initial { 0 } else { mark.end() }
}

fn cells(text: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (row, line) in text.split('\n').enumerate() {
        let mut at = start;
        // A row of a table keeps its empty cells: what stands below a head is found by counting.
        let wide = line.matches('\t').count() > 2;
        for cell in line.split('\t') {
            let mark = list_mark(cell);
            let content = cell.get(mark..).unwrap_or_default();
            // The colon may stand with the value: `: PO 3381` in a cell behind its label's.
            let lead = {
                let blank = |c: char| c == ':' || c.is_whitespace();
                content.len() - content.trim_start_matches(blank).len()
            };
            let content = content.get(lead..).unwrap_or_default();
            let span = at + mark + lead..at + mark + lead + content.trim().len();
            let empty = content
                .trim()
                .chars()
                .all(|c| matches!(c, ':' | '-' | '=' | '–' | '—'));
            // A colon stands for the label before it, a dash behind a label for nothing.
            let nothing = wide || at > start && !cell.trim().is_empty();
            if empty && (!nothing || content.contains([':', '='])) {
                at += cell.len() + 1;
                continue;
            }
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

/// `Remark bill 1182`: a label and the payer's words with nothing between, in a line of their own.
fn unmarked_note(content: &str) -> Option<usize> {
    static NOTE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:Sender to receiver info(?:rmation)?|Remittance info(?:rmation)?|Payment note|Payer note|Remarks?|Message|Note|Comment|Purpose)\s+(?:[^\s:=–-])",
        )
    });
    let found = NOTE.find(content)?;
    let value = content.get(found.end()..)?.len() + 1;
    let start = content.len().checked_sub(value)?;
    let words = content.get(start..)?;
    let sentence = ["that", "from", "to", "the", "this", "sent", "id", "no"]
        .iter()
        .any(|word| {
            words
                .split(' ')
                .next()
                .is_some_and(|w| w.trim_end_matches('.').eq_ignore_ascii_case(word))
        });
    (!sentence && !words.ends_with('.') && content.len() < 90).then_some(start)
}

/// In a row of two cells the value may come first.
fn label_behind(cells: &[Cell], at: usize) -> bool {
    let label = |at: usize| cells.get(at).and_then(|cell| cell.label);
    of_two(cells, at).is_some()
        && label(at).is_none()
        && label(at + 1).is_some_and(|label| label != Label::Unknown)
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
fn column_below(cells: &[Cell], rows: &Rows, at: usize) -> Option<usize> {
    let row = cells.get(at)?.row;
    let (heads, values) = (rows.of(row), rows.of(row + 1));
    (rows.is_head(row) && values.len() == heads.len()).then(|| values.start + at - heads.start)
}
