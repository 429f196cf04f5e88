//! The receiving account's visible digits.

use super::label::Label;
use super::labels::Pair;
use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Digits behind a mask; what is shown before it does not count.
const MASKED: &str =
    r"(?:[0-9-]{0,10}(?:[Xx*•#●]|NN|nn|\.{2,}|…){1,20}[\s-]?(?:[Xx*•]{2,6}[\s-]?)*)";

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:a/?cs?|accts?|accounts?|acc|sb|ca|od|खाते|खाता|khate|khata)\b\.?\s*(?:\(?(?:no|num|number|#)\b\.?\)?)?[\s:(-]*(?:(?:ending|ends?|end)\b(?:\s+(?:in|with|on|by|digits))?)?[\s:(.“-]*(?:{MASKED}(\d{{2,8}})(?:[Xx*]{{1,4}})?|(\d{{9,18}})|(\d{{3,6}}))\b"
    ))
});
/// `Ur SB305418 is credited`
static KIND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:ur|your) (?:sb|ca|cc|od)\s?([0-9]{4,18})\b"));
/// The words before a value within another's line: `Sender: A B (A/c: XX1234)`.
static OTHERS_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\n|\t)\W*(?:[a-z0-9]{1,2}[.)]\s*)?(?:sender|remitter|payer|paid by|from)\b[^\n\t]*$",
    )
});
/// As in `A/cXX5468` and `A/c X3726-credited`.
static GLUED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(?:a/?c|acct)\.?\s*{MASKED}(\d{{2,6}})")));
/// `1203 XXXX XXXX 9087`
static GROUPED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[0-9]{2,6}[ -](?:[Xx*]{2,6}[ -]){1,3}([0-9]{3,6})\b"));
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:ending|ends?)\b(?:\s+(?:in|with|on))?[\s:(“]*[Xx*•.]*(\d{3,6})\b")
});
static BARE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\b[Xx]{2,}|[*•●]{2,})[Xx*•●]*[\s-]?(\d{3,6})\b|\bX(\d{4})\b"));
/// Whose it is not.
static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:sender|remitter|payer)(?:['’]s)?|\bfrom(?: the)?|\bby|\bcard|\bqr|\bmob(?:ile)?|\bmobile(?: no\.?| number)?|linked to|\bdebit)\W*(?:bank\W+)?(?:a/?c|acct|account|card)?\W*(?:no|number|ending)?\W*$",
    )
});

/// `Mountain View, CA 94043`: no current account.
static IN_AMERICA: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^A-Za-z])[A-Z][a-z]+, $"));

/// What stands before the account that the alert is about, where another is told as well.
static YOURS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\byour\b[^.\n]{0,40}$"));

/// `Your VPA shop@boi linked to`
static LINKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\byour (?:upi|vpa|bhim)\b[^.\n]{0,20}[^\s]*\s(?:is )?linked to\W*(?:your )?$")
});

pub(super) fn tail(text: &str, pairs: &[Pair]) -> Option<String> {
    let labelled = pairs
        .iter()
        .filter(|p| p.label == Label::Account)
        .filter(|p| {
            let before = text.get(..p.value.start).unwrap_or_default();
            p.own_line || !OTHERS_LINE.is_match(before)
        })
        .filter_map(|p| text.get(p.value.clone()))
        .find_map(of_value);
    labelled.or_else(|| {
        [&*GROUPED, &*NAMED, &*GLUED, &*ENDING, &*BARE]
            .iter()
            .find_map(|pattern| first_own(pattern, text, pairs))
            .or_else(|| {
                let digits = KIND.captures(text)?.get(1)?.as_str();
                digits.get(digits.len() - 4..).map(str::to_owned)
            })
    })
}

fn first_own(pattern: &Regex, text: &str, pairs: &[Pair]) -> Option<String> {
    // "Paid from", "Remitter account": somebody else's.
    let foreign = |at: usize| {
        pairs.iter().any(|p| match p.label {
            Label::Unknown => p.value.contains(&at),
            // A payer's number in place of a name.
            Label::Payer => p.value.start == at,
            _ => false,
        })
    };
    let own: Vec<(bool, &str)> = pattern
        .captures_iter(text)
        .filter_map(|found| {
            let before = text.get(..found.get(0)?.start())?;
            let digits = found.iter().skip(1).flatten().next()?.as_str();
            let foreign = FOREIGN.is_match(before) && !LINKED.is_match(before)
                || foreign(before.len()) && !YOURS.is_match(before)
                || IN_AMERICA.is_match(before) && found.get(0)?.as_str().starts_with("CA ");
            let own = !foreign;
            own.then(|| (YOURS.is_match(before), digits))
        })
        .collect();
    let yours = own.iter().find(|(yours, _)| *yours);
    yours.or(own.first()).map(|(_, digits)| visible(digits))
}

fn of_value(value: &str) -> Option<String> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"(?i)^(?:[A-Za-z .&/]{{0,40}}?\W)??\(?(?:ending\s*(?:in|with)?\s*)?(?:{MASKED}(\d{{2,8}})|(\d{{9,18}})|(\d{{3,6}}))\b"
        ))
    });
    let found = VALUE.captures(value)?;
    found
        .iter()
        .skip(1)
        .flatten()
        .next()
        .map(|m| visible(m.as_str()))
}

/// What is left to see of a number without a mask: its last four digits.
fn visible(digits: &str) -> String {
    let hidden = if digits.len() > 8 {
        digits.len() - 4
    } else {
        0
    };
    digits.get(hidden..).unwrap_or(digits).to_owned()
}
