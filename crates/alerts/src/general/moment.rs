//! When it happened, as the text prints it.

use super::dates::{DATE, Found, compact_date, dates};
use super::direction;
use super::label::Label;
use super::labels::Pair;
use super::pattern::pattern;
use super::sentences;
use crate::facts::Occurred;
use domain::Precision;
use domain::india::from_india;
use jiff::civil::Time;
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?P<h>\d{1,2})(?:[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:\.\d{1,6})?)?\s?(?P<half>[ap]\.?m\b\.?)?|(?P<hm>\d{2})\s?(?:hrs|hours)\b|\s?(?P<half2>[ap]\.?m\b\.?))(?:\s?(?:hrs|hours|h)\b)?",
    )
});
/// Between a date and its time.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[\s,.;|T()/–-]|\bat\b|\btime\b|:|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|@|&|को|·|•|-|—){0,12}$",
    )
});
/// Between a time and the date behind it.
static BEFORE_DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:[\s,.|()–-]|\bist\b|\bhrs\b|\bon\b|\bdated?\b|:){0,16}$"));
/// What stands before a date that is not the payment's.
static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:as on|as of|valid (?:till|until|upto)|due(?: date| on| by)?|before|since|by|till|until|expires?(?: on)?|dob|statement (?:date|for)|generated (?:on|at)|printed on|sent by the system|(?:deducted|charged|renewed|renews?) on|sent on|received|last login)[\s:.,(\[-]*$",
    )
});

/// What announces a time, and no amount.
static AT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\W*(?:at|time)\W*$"));

/// The labelled time, else the one in the sentence about the money, else the only one there is.
pub(super) fn find(text: &str, pairs: &[Pair]) -> Occurred {
    let dates = dates(text);
    let labelled = |date: &Found| {
        pairs
            .iter()
            .any(|p| p.label == Label::When && p.value.contains(&date.span.start))
    };
    let own = |date: &&Found| {
        labelled(date) || !FOREIGN.is_match(text.get(..date.span.start).unwrap_or_default())
    };
    let moves = direction::Moves::of(text);
    let rank = |date: &Found| {
        let of_money = moves.at(date.span.start);
        let timed = beside(text, &date.span).is_some();
        (
            of_money || (labelled(date) && timed),
            of_money && timed,
            labelled(date),
        )
    };
    let chosen = dates.iter().filter(own).rev().max_by_key(|date| rank(date));
    let compact = || {
        let labelled = pairs.iter().filter(|p| p.label == Label::When);
        labelled
            .filter_map(|p| text.get(p.value.clone()))
            .find_map(compact_date)
    };
    let Some((span, date)) = chosen
        .map(|found| (found.span.clone(), found.date))
        .or_else(|| compact().map(|date| (text.len()..text.len(), date)))
    else {
        return Occurred::Unknown;
    };
    let found = Found { span, date };
    let time = beside(text, &found.span)
        .or_else(|| labelled_time(text, pairs))
        .or_else(|| told_apart(text, &found.span));
    match time {
        Some((time, precision)) => {
            let local = found.date.to_datetime(time);
            let at = if in_utc(text, &found.span) {
                local
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .ok()
                    .map(|zoned| zoned.timestamp())
            } else {
                from_india(local)
            };
            at.map_or(Occurred::On(found.date), |at| Occurred::At {
                at,
                precision,
            })
        }
        None => Occurred::On(found.date),
    }
}

/// The time that stands next to a date, behind it or before.
fn beside(text: &str, date: &Range<usize>) -> Option<(Time, Precision)> {
    let after = text.get(date.end..)?;
    // `17AUG26:16:15`
    let after = after.strip_prefix(':').unwrap_or(after);
    if let Some(found) = TIME.captures(after)
        && BETWEEN.is_match(after.get(..found.get(0)?.start())?)
        && let Some(time) = time(&found, after)
    {
        return Some(time);
    }
    let start = date.start.saturating_sub(40);
    let start = (start..=date.start).find(|at| text.is_char_boundary(*at))?;
    let before = text.get(start..date.start)?;
    let found = TIME
        .captures_iter(before)
        .filter(|f| alone(f, before))
        .last()?;
    BEFORE_DATE
        .is_match(before.get(found.get(0)?.end()..)?)
        .then(|| time(&found, before))
        .flatten()
}

/// `credited at 14:30 by UPI from A on 17-Sep-26`: the only time of the date's sentence.
fn told_apart(text: &str, date: &Range<usize>) -> Option<(Time, Precision)> {
    static AT_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bat\s+$"));
    let sentence = sentences::around(text, date.start);
    let mut times = TIME.captures_iter(sentence).filter(|found| {
        let start = found.get(0).map_or(0, |m| m.start());
        alone(found, sentence)
            && sentence
                .get(..start)
                .is_some_and(|before| AT_TIME.is_match(before))
    });
    let only = times.next().filter(|_| times.next().is_none())?;
    time(&only, sentence)
}

fn labelled_time(text: &str, pairs: &[Pair]) -> Option<(Time, Precision)> {
    pairs
        .iter()
        .filter(|p| p.label == Label::When)
        .find_map(|pair| {
            let value = text.get(pair.value.clone())?;
            if DATE.is_match(value) {
                return None;
            }
            let found = TIME.captures(value)?;
            // Under its label a full stop parts hours and minutes, too.
            (found.get(0)?.start() == 0)
                .then(|| time(&found, value).or_else(|| dotted(&found)))
                .flatten()
        })
}

fn dotted(found: &Captures<'_>) -> Option<(Time, Precision)> {
    let number = |name: &str| found.name(name)?.as_str().parse::<i8>().ok();
    let time = Time::new(number("h")?, number("m")?, 0, 0).ok()?;
    Some((time, Precision::Minute))
}

/// No part of a longer number or an amount.
fn alone(found: &Captures<'_>, text: &str) -> bool {
    let Some(whole) = found.get(0) else {
        return false;
    };
    let before = text
        .get(..whole.start())
        .and_then(|t| t.chars().next_back());
    let end = whole.start() + whole.as_str().trim_end().len();
    let after = text.get(end..).and_then(|t| t.chars().next());
    !before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ':'))
        && !after.is_some_and(|c| c.is_ascii_digit() || c == ':')
}

fn time(found: &Captures<'_>, text: &str) -> Option<(Time, Precision)> {
    if !alone(found, text) {
        return None;
    }
    let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<i8>().ok());
    let half = found
        .name("half")
        .or(found.name("half2"))
        .map(|m| m.as_str().to_ascii_lowercase());
    let dotted = found.name("m").is_some() && !found.get(0)?.as_str().contains(':');
    let hours = found.get(0)?.as_str().to_ascii_lowercase().contains('h');
    // `11.15` alone may be an amount.
    let seconds = found.name("s").is_some();
    let announced = text
        .get(..found.get(0)?.start())
        .is_some_and(|before| AT.is_match(before));
    if dotted && half.is_none() && !hours && !seconds && !announced {
        return None;
    }
    let hour = number("h")?;
    let hour = match half.as_deref().map(|h| h.starts_with('p')) {
        Some(_) if hour > 12 => hour,
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    let (minute, second) = (number("m").or(number("hm")).unwrap_or(0), number("s"));
    let precision = if second.is_some() {
        Precision::Second
    } else {
        Precision::Minute
    };
    Some((
        Time::new(hour, minute, second.unwrap_or(0), 0).ok()?,
        precision,
    ))
}

/// Printed with a Z, or called UTC or GMT.
fn in_utc(text: &str, date: &Range<usize>) -> bool {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^\n]{0,14}[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?\s?(?:Z\b|UTC\b|GMT(?:[^+]|$))",
        )
    });
    text.get(date.end..)
        .is_some_and(|after| MARK.is_match(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::india::to_india;

    fn of(text: &str) -> String {
        match find(text, &super::super::labels::pairs(text)) {
            Occurred::At { at, .. } => to_india(at).strftime("%F %T").to_string(),
            Occurred::On(date) => date.to_string(),
            Occurred::Unknown => String::new(),
        }
    }

    #[test]
    fn dates_and_times_of_every_form_are_read() {
        for (text, expected) in [
            ("credited on 20Sep26 by", "2026-09-20"),
            ("credited on 16.08.2026", "2026-08-16"),
            (
                "credited on 24th July 2026 at 1820 hrs",
                "2026-07-24 18:20:00",
            ),
            (
                "received at 11:15 PM IST, 09 July 2026",
                "2026-07-09 23:15:00",
            ),
            ("credited on 2026-02-23 11:23:53 PM", "2026-02-23 23:23:53"),
            ("Date\tSep 26, 2026, 10:31 AM", "2026-09-26 10:31:00"),
            ("Time : 2026-06-30T20:20:00Z", "2026-07-01 01:50:00"),
            (
                "TXN DT : 06072026\nTXN TM : 00:10:12",
                "2026-07-06 00:10:12",
            ),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_balances_a_letters_or_an_impossible_date_is_none() {
        assert_eq!(of("Balance as on 10-09-26"), "");
        assert_eq!(of("credited on 31-02-26"), "");
        let letter = "Date: 03-07-2026\ncredited on 02-07-2026 at 11.58 PM";
        assert_eq!(of(letter), "2026-07-02 23:58:00");
    }
}
