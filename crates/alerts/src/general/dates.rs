//! Dates of every form.

use super::pattern::pattern;
use jiff::civil::Date;
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

pub(super) static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?P<iy>20\d{2})[-/.–—](?P<im>\d{1,2})[-/.–—](?P<id>\d{1,2})|(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.,/–-]{0,3}(?:of )?(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[\s.,/'’–-]{0,3}(?P<my>20\d{2}|\d{2})|(?P<mon2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[\s.]{1,2}(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y2>20\d{2})|(?P<nd>\d{1,2})(?P<sep>\s?[-/.–—]\s?)(?P<nm>\d{1,2})\s?[-/.–—]\s?(?P<ny>20\d{2}|\d{2}))",
    )
});

pub(super) struct Found {
    pub(super) span: Range<usize>,
    pub(super) date: Date,
}

/// `on 170626`: six or eight figures that only such a word makes a date.
static FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:on|dt|dated|date)[.:]?\s?(?:date\s)?(?P<nd>\d{2})(?P<nm>\d{2})(?P<ny>20\d{2}|\d{2})\b",
    )
});

pub(super) fn dates(text: &str) -> Vec<Found> {
    let mut dates = printed(text);
    dates.extend(FIGURES.captures_iter(text).filter_map(|found| {
        let span = found.name("nd")?.start()..found.get(0)?.end();
        Some(Found {
            span,
            date: date(&found)?,
        })
    }));
    dates
}

fn printed(text: &str) -> Vec<Found> {
    let mut dates = Vec::new();
    let mut from = 0;
    while let Some(found) = DATE.captures_at(text, from) {
        let Some(whole) = found.get(0) else { break };
        match one(text, &found) {
            Some(date) => {
                from = whole.end();
                dates.push(date);
            }
            // "₹60.50⏎Sep 27, 2026": what begins too early is no date, and hides one.
            None => {
                let rest = text.get(whole.start()..).unwrap_or_default();
                let figures =
                    rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                from = whole.start() + figures.max(1);
                while !text.is_char_boundary(from) {
                    from += 1;
                }
            }
        }
    }
    dates
}

fn one(text: &str, found: &Captures<'_>) -> Option<Found> {
    let whole = found.get(0)?;
    let before = text.get(..whole.start())?.chars().next_back();
    let after = text.get(whole.end()..)?.chars().next();
    let joined = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '@');
    if joined(before) || joined(after) {
        return None;
    }
    // "17 Aug 16:15" has a time, and no year.
    let spaced = found.name("my").is_some_and(|year| {
        year.as_str().len() == 2 && text.get(..year.start()).is_some_and(|t| t.ends_with(' '))
    });
    if spaced && text.get(whole.end()..)?.starts_with(':') {
        return None;
    }
    Some(Found {
        span: whole.range(),
        date: date(found)?,
    })
}

fn date(found: &Captures<'_>) -> Option<Date> {
    let number = |name: &str| {
        found
            .name(name)
            .and_then(|m| m.as_str().parse::<i16>().ok())
    };
    let month_name = found.name("mon").or(found.name("mon2"));
    let (year, month, day) = if let Some(name) = month_name {
        (
            number("my").or(number("y2"))?,
            month(name.as_str())?,
            number("d").or(number("d2"))?,
        )
    } else if let Some(year) = number("iy") {
        (year, number("im")?, number("id")?)
    } else {
        (number("ny")?, number("nm")?, number("nd")?)
    };
    let year = if year < 100 { year + 2000 } else { year };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `06072026` under a label.
pub(super) fn compact_date(value: &str) -> Option<Date> {
    let digits = value.trim();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let (day, month) = (
        i8::try_from(part(0, 2)?).ok()?,
        i8::try_from(part(2, 4)?).ok()?,
    );
    Date::new(part(4, 8)?, month, day).ok()
}

fn month(name: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let at = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))?;
    i16::try_from(at + 1).ok()
}
