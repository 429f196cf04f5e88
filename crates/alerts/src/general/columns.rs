//! What the columns of a table say: a ledger has one for each direction.

use super::label::Label;
use super::labels::Pair;
use super::money;
use super::pattern::pattern;
use domain::Money;
use regex::Regex;
use std::sync::LazyLock;

/// Whether a value stands in a row of more than two cells.
pub(super) fn is_in_table(text: &str, pair: &Pair) -> bool {
    let before = text.get(..pair.value.start).unwrap_or_default();
    let row = before.rfind('\n').map_or(0, |at| at + 1);
    let row = text.get(row..).and_then(|t| t.split('\n').next());
    row.is_some_and(|row| row.matches('\t').count() > 1)
}

/// Whether rows of several payments stand there: each with an amount and twelve digits of its own.
pub(super) fn is_digest(text: &str) -> bool {
    static TWELVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{12}\b"));
    let mut payments = text
        .lines()
        .filter(|row| row.contains('\t') && money::is_spoken_of(row))
        .filter_map(|row| TWELVE.find(row))
        .map(|found| found.as_str());
    let first = payments.next();
    first.is_some_and(|first| payments.any(|other| other != first))
}

/// Whether a column or line of its own says that this amount came (`true`) or left. The other column may be there, and empty.
pub(super) fn direction(text: &str, pairs: &[Pair], amount: Money) -> Option<bool> {
    let values = |label: Label| {
        let own = pairs.iter().filter(move |p| p.label == label && p.own_line);
        own.filter_map(|p| text.get(p.value.clone()))
    };
    let holds = |label: Label| {
        values(label)
            .filter_map(money::of_value)
            .any(|found| found == amount)
    };
    // Words in a column of figures: the columns are not those of the heads.
    let shifted = |label: Label| {
        values(label)
            .any(|value| money::of_value(value).is_none() && value.chars().any(char::is_alphabetic))
    };
    if shifted(Label::Credited) || shifted(Label::Debited) {
        return None;
    }
    match (holds(Label::Credited), holds(Label::Debited)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
