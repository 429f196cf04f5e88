//! The amount that moved: not the balance, a total, a charge or a limit.

use super::columns;
use super::direction;
use super::label::Label;
use super::labels::Pair;
use super::pattern::pattern;
use domain::Money;
use regex::Regex;
use std::sync::LazyLock;

/// Digits with Indian or Western grouping (comma, space, apostrophe), or none; up to two decimals, which may stand in a cell
/// of their own.
const NUMBER: &str =
    r"(?:\d{1,3}(?:[, '’]\d{2,3})*[, '’]\d{3}|\d{1,12})(?:\t?\.\d{1,2})?|\.\d{1,2}";

static MENTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:₹|`|\b(?:rs|inr|rupees|re)(?:\b\.?|\.?)|(?:रु|रू)\.?)[\s:]*(?P<after>{NUMBER})(?:/-|/=)?|(?P<before>{NUMBER})\s?(?:/-|/=|(?:(?:inr|rupees|rs)\b\.?|₹)(?:[\s:]*(?P<next>{NUMBER}))?)"
    ))
});
/// Without a currency, behind the verb alone: "credited by 10.01".
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:credited|received|deposited|debited)\s(?:(?:by|with|for|of|amount|a (?:payment|credit|sum|transfer) of)\s?)?({NUMBER})(?:\s|$)"
    ))
});
/// What stands before an amount that did not move.
static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\bbal(?:ance|\.)?\b|\bbal[^a-z]|av[a-z]*bal|\bavl\b|\bavlbl\b|\bavbl\b|\baval\b|avail(?:able)?\b|stands? at|limit|opening|closing|शेष|\btotal\b|so far|today|this (?:month|week|year)|charges?|\bfees?\b|\bgst\b|\btax\b|up ?to\b|\bmin(?:imum)?\b|maximum|\bmax\b|cashback|\bcost|reward|below|above|exceed|outstanding|due|previous|earlier|last credit|mab|amb|lien|unclr|uncl(?:ear|eared)?|loan|fds?|pre-?approved|\beligible|\bearn\b)[^\n.!]{0,45}$",
    )
});
/// Words that begin another thought than the balance before them.
static TURN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:after(?: (?:a |the )?(?:credit|deposit|payment) of)?\s*$|credited|received|deposited|credit of|amount|debited|paid)\b[^\n]*$",
    )
});

struct Mention {
    start: usize,
    amount: Money,
    aside: bool,
}

/// Looked for in the bank's words alone.
pub(super) fn moved(subject: &str, text: &str, pairs: &[Pair]) -> Option<Money> {
    let labelled: Vec<Money> = pairs
        .iter()
        .filter(|p| matches!(p.label, Label::Amount | Label::Credited | Label::Debited))
        .filter_map(|p| {
            text.get(p.value.clone())
                .map(|value| (p.value.clone(), value))
        })
        .filter_map(|(span, value)| of_value(value).or_else(|| across_cells(text, span.start)))
        // The column of the other direction may say 0.00.
        .filter(|amount| amount.is_positive())
        .collect();
    if let Some(amount) = one(&labelled) {
        return Some(amount);
    }
    // Rows of a table, or both directions of a ledger, are several payments.
    let rows = |label: Label| pairs.iter().filter(move |p| p.label == label);
    let ledger = rows(Label::Credited).chain(rows(Label::Debited)).count() > 1;
    let table = rows(Label::Amount)
        .filter(|p| columns::is_in_table(text, p))
        .count()
        > 1;
    if !labelled.is_empty() && (ledger || table) {
        return None;
    }
    let mentions = mentions(text);
    let moves = direction::Moves::of(text);
    let moved = |m: &&Mention| !m.aside;
    let told: Vec<Money> = mentions
        .iter()
        .filter(moved)
        .filter(|m| moves.at(m.start))
        .map(|m| m.amount)
        .collect();
    // Repeated in another language, or in a second sentence.
    if let Some(amount) = one(&told).or_else(|| one(labelled.get(..1)?)) {
        return Some(amount);
    }
    if !told.is_empty() {
        return None;
    }
    if let Some(bare) = BARE
        .captures(text)
        .and_then(|found| parse(found.get(1)?.as_str()))
    {
        return Some(bare).filter(|amount| amount.is_positive());
    }
    let any: Vec<Money> = mentions.iter().filter(moved).map(|m| m.amount).collect();
    match any.is_empty() {
        false => one(&any),
        true => one(&self::mentions(subject)
            .iter()
            .map(|m| m.amount)
            .collect::<Vec<_>>()),
    }
}

/// Whether any amount stands there.
pub(super) fn is_spoken_of(text: &str) -> bool {
    MENTION.is_match(text) || BARE.is_match(text)
}

/// Whether an amount stands there that is no balance, total or limit.
pub(super) fn has_amount(text: &str) -> bool {
    mentions(text).iter().any(|mention| !mention.aside)
}

/// Whether this amount stands there; `None` where none does.
pub(super) fn tells_of(text: &str, amount: Money) -> Option<bool> {
    let mentions = mentions(text);
    let own = mentions.iter().any(|m| m.amount == amount);
    (!mentions.is_empty()).then_some(own)
}

/// The amount, if all are the same.
fn one(amounts: &[Money]) -> Option<Money> {
    let first = *amounts.first()?;
    (amounts.iter().all(|amount| *amount == first) && first.is_positive()).then_some(first)
}

fn mentions(text: &str) -> Vec<Mention> {
    let mut end_of_last = 0;
    // The label of the last amount stood behind it: it is no label of the next.
    let mut label_is_spent = false;
    let mut found = Vec::new();
    for mention in MENTION.captures_iter(text) {
        let (Some(whole), Some(number)) = (
            mention.get(0),
            // "on 05-06-2026 Rs 500": the currency belongs to what follows it.
            mention
                .name("after")
                .or(mention.name("before").filter(|_| {
                    mention
                        .name("next")
                        .is_some_and(|next| begins_a_date(text, next.start()))
                }))
                .or(mention.name("next"))
                .or(mention.name("before")),
        ) else {
            continue;
        };
        let figures = number_alone(text, number.start(), number.as_str());
        let after = text
            .get(number.start() + figures.len()..)
            .unwrap_or_default();
        let Some(amount) = parse(figures).and_then(|amount| scaled(amount, after)) else {
            continue;
        };
        let line = text
            .get(..whole.start())
            .and_then(|t| t.rfind('\n'))
            .map_or(0, |at| at + 1);
        let context = text
            .get(line.max(end_of_last)..whole.start())
            .unwrap_or_default();
        // A label in the line or cell before, too.
        let above = text.get(..line.saturating_sub(1)).unwrap_or_default();
        let above = above.rsplit('\n').next().unwrap_or_default();
        let labelled = context.trim().is_empty()
            && !label_is_spent
            && above.len() < 40
            && ASIDE.is_match(above);
        label_is_spent = after_says_aside(text, whole.end());
        let aside = labelled || label_is_spent || (ASIDE.is_match(context) && !turned(context));
        found.push(Mention {
            start: whole.start(),
            amount,
            aside,
        });
        end_of_last = whole.end();
    }
    found
}

/// `1,250.00 INR : 16.11.2026`: the currency is not that of the day and month behind it.
fn begins_a_date(text: &str, start: usize) -> bool {
    static DATE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2}"));
    text.get(start..).is_some_and(|next| DATE.is_match(next))
}

/// Whether behind the balance word a verb has begun the next thought.
fn turned(context: &str) -> bool {
    let (Some(aside), Some(turn)) = (ASIDE.find(context), TURN.find(context)) else {
        return false;
    };
    let last_turn = context.rfind(turn.as_str()).unwrap_or(0);
    last_turn > aside.start() && !ASIDE.is_match(context.get(last_turn..).unwrap_or_default())
}

/// "₹500.00 is your available balance".
fn after_says_aside(text: &str, end: usize) -> bool {
    static BALANCE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[ \t]?(?:cr\.?)?[ \t]?(?:is|as)?[ \t]?(?:your|the)?[ \t]?(?:available|current|updated|closing|total|a/c)?[ \t]?bal(?:ance)?\b|^\n(?:your |the )?(?:available|current|updated|closing|total|a/c)?[ \t]?bal(?:ance)?[ \t]*(?:now|today)?[ \t]*(?:\n|$)|^\s?(?:from|in|by) [0-9]+ (?:customers|payments|people|payers|transactions)\b",
        )
    });
    text.get(end..).is_some_and(|after| BALANCE.is_match(after))
}

/// A number whose groups are parted by spaces may have taken digits of the next word with it.
fn number_alone<'t>(text: &str, start: usize, number: &'t str) -> &'t str {
    let next = text
        .get(start + number.len()..)
        .and_then(|t| t.chars().next());
    match number.find(' ') {
        Some(space) if next.is_some_and(|c| c.is_alphanumeric()) => {
            number.get(..space).unwrap_or(number)
        }
        _ => number,
    }
}

/// "1 lakh", "2.5 crore".
fn scaled(amount: Money, after: &str) -> Option<Money> {
    let word = after
        .trim_start()
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    let factor = match word.to_ascii_lowercase().as_str() {
        "lakh" | "lakhs" | "lac" | "lacs" => 100_000,
        "crore" | "crores" => 10_000_000,
        "thousand" => 1_000,
        _ => return Some(amount),
    };
    Some(Money::inr(amount.minor().checked_mul(factor)?))
}

fn parse(number: &str) -> Option<Money> {
    let plain: String = number
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    crate::rules::amount(&plain)
}

pub(super) fn of_value(value: &str) -> Option<Money> {
    static PLAIN: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"^\W*({NUMBER})\s*(?:/-|CR\.?|Cr\.?|only)?\.?$")));
    let named = mentions(value).first().map(|m| m.amount);
    named.or_else(|| parse(PLAIN.captures(value.trim())?.get(1)?.as_str()))
}

/// A sign in one cell, the figures in the next.
fn across_cells(text: &str, start: usize) -> Option<Money> {
    // Two cells, and what may stand between.
    const MOST: usize = 80;
    let row = text.get(start..)?.split('\n').next()?;
    let near = row
        .char_indices()
        .nth(MOST)
        .map_or(row, |(end, _)| row.get(..end).unwrap_or(row));
    mentions(near).first().map(|m| m.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<i64> {
        let pairs = super::super::labels::pairs(text);
        moved("", text, &pairs).map(Money::minor)
    }

    #[test]
    fn the_moved_amount_is_told_from_balances_limits_and_totals() {
        for (text, paise) in [
            ("Rs.500 credited to your a/c. Avl Bal Rs.9,000.50", 50_000),
            (
                "A/c stands at INR 45,750.00 CR after INR 750.00 was credited",
                75_000,
            ),
            ("INR .50 credited. Bal INR 84,612.00", 50),
            (
                "You received ₹1,250\nToday so far: ₹9,870 in 14 payments",
                125_000,
            ),
            (
                "Amount\tRs. 1,00,000/-\nAvailable balance\tRs. 2,00,000",
                10_000_000,
            ),
            ("credited with Rs.1 lakh (INR 1,00,000.00)", 10_000_000),
            ("Rs. 1 250.00 was credited", 125_000),
            ("a/c credited by 10.01 on 15Aug26", 1_001),
        ] {
            assert_eq!(of(text), Some(paise), "{text}");
        }
    }

    #[test]
    fn two_amounts_that_moved_are_none() {
        assert_eq!(of("INR 5 credited and INR 9 credited"), None);
        assert_eq!(of("Your balance is INR 9"), None);
        assert_eq!(of("INR 0.00 credited"), None);
    }
}
