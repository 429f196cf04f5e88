//! Values that stand above their labels, as on cards: decided for a whole text, by which reading has values that fit.

use super::label::Label;
use super::labels::{Cell, Pair};
use super::{money, pattern::pattern};
use regex::Regex;
use std::sync::LazyLock;

/// So many labels must have a fitting value above them.
const ENOUGH: usize = 3;

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[Xx*•.\s-]*[0-9]{3,18}$"));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9]{12}$"));
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[0-9]{1,4}[-/. ]?(?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ,]?[0-9]{2,4}\b")
});

/// `None` where the values do not stand above.
pub(super) fn pairs(text: &str, cells: &[Cell]) -> Option<Vec<Pair>> {
    let alone = |at: usize| {
        let row = |place: usize| cells.get(place).map(|cell| cell.row);
        row(at) != row(at + 1) && (at == 0 || row(at) != row(at - 1))
    };
    let labels: Vec<(usize, Label)> = cells
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| Some((at, cell.label?)))
        .filter(|(at, label)| *label != Label::Unknown && alone(*at))
        .collect();
    let value = |at: Option<usize>, label: Label| {
        let cell = cells.get(at?).filter(|cell| cell.label.is_none())?;
        fits(label, text.get(cell.span.clone())?).then(|| cell.span.clone())
    };
    let below = labels
        .iter()
        .filter(|(at, label)| value(Some(at + 1), *label).is_some())
        .count();
    let above: Vec<Pair> = labels
        .iter()
        .filter_map(|(at, label)| {
            Some(Pair {
                label: *label,
                value: value(at.checked_sub(1), *label)?,
                own_line: true,
            })
        })
        .collect();
    (above.len() >= ENOUGH && above.len() > below).then_some(above)
}

/// Whether a text can be the value of such a label.
fn fits(label: Label, value: &str) -> bool {
    let letters = value.chars().any(char::is_alphabetic);
    match label {
        Label::Amount | Label::Credited | Label::Debited | Label::Balance => {
            money::is_spoken_of(value)
        }
        Label::Reference => REFERENCE.is_match(value),
        Label::When => WHEN.is_match(value),
        Label::Account => ACCOUNT.is_match(value),
        Label::Vpa => super::address::is_vpa(value),
        Label::Payer => letters && !value.bytes().any(|b| b.is_ascii_digit()),
        Label::OtherReference
        | Label::Note
        | Label::Description
        | Label::Narration
        | Label::Unknown => false,
    }
}
