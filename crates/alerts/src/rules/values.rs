//! Captured text to values.

use crate::facts::Occurred;
use crate::reading::Doubt;
use domain::india::from_india;
use domain::text::ShortText;
use domain::{Currency, Money, Precision};
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;

/// Rupees as banks print them: `1,499.00`, `13,30,614.75`, `5000`, `.50`.
pub(crate) fn amount(printed: &str) -> Option<Money> {
    let plain = printed.replace(',', "");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let whole = whole.trim_start_matches('0');
    let number = format!("{}{rest}", if whole.is_empty() { "0" } else { whole });
    Money::parse_json_number(&number, Currency::Inr).ok()
}

/// A free text as it was printed. `None` if cleaning or cutting it would change it, so that what is stored is what was matched.
pub(super) fn short_text(printed: &str) -> Option<ShortText> {
    ShortText::non_empty(printed).filter(|t| t.as_str() == printed.trim())
}

/// The printed time, in India. Both arguments are (text, format).
pub(super) fn when(at: Option<(&str, &str)>, on: Option<(&str, &str)>) -> Result<Occurred, Doubt> {
    if let Some((text, format)) = at {
        let local = strtime::parse(format, text)
            .and_then(|t| t.to_datetime())
            .map_err(|_| Doubt::BadFact("at"))?;
        return moment(local, format);
    }
    match on {
        Some((text, format)) => {
            let date: Date = strtime::parse(format, text)
                .and_then(|t| t.to_date())
                .map_err(|_| Doubt::BadFact("on"))?;
            Ok(Occurred::On(date))
        }
        None => Ok(Occurred::Unknown),
    }
}

fn moment(local: DateTime, format: &str) -> Result<Occurred, Doubt> {
    let at = from_india(local).ok_or(Doubt::BadFact("at"))?;
    let seconds = ["%S", "%T"]
        .iter()
        .any(|directive| format.contains(directive));
    let precision = if seconds {
        Precision::Second
    } else {
        Precision::Minute
    };
    Ok(Occurred::At { at, precision })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (printed, paise) in [
            ("1,499.00", 149_900),
            ("13,30,614.75", 133_061_475),
            ("5000", 500_000),
            (".50", 50),
            ("0.05", 5),
            ("1500.0", 150_000),
            ("007", 700),
            ("0", 0),
        ] {
            assert_eq!(amount(printed), Some(Money::inr(paise)), "{printed}");
        }
        assert_eq!(amount("1.234"), None);
        assert_eq!(amount("99999999999999999999"), None);
    }

    #[test]
    fn printed_times_are_indian_and_keep_their_precision() {
        let at = |text, format| when(Some((text, format)), None);
        let midnight = "2026-08-10T00:01:25+05:30".parse().unwrap();
        assert_eq!(
            at("10-08-26, 00:01:25", "%d-%m-%y, %H:%M:%S"),
            Ok(Occurred::At {
                at: midnight,
                precision: Precision::Second
            })
        );
        let minute = "2026-08-10T13:01:00+05:30".parse().unwrap();
        assert_eq!(
            at("10 Aug 2026 01:01 PM", "%d %b %Y %I:%M %p"),
            Ok(Occurred::At {
                at: minute,
                precision: Precision::Minute
            })
        );
        assert_eq!(
            at("31-02-26, 00:01:25", "%d-%m-%y, %H:%M:%S"),
            Err(Doubt::BadFact("at"))
        );
        assert_eq!(
            when(None, Some(("18-04-26", "%d-%m-%y"))),
            Ok(Occurred::On(jiff::civil::date(2026, 4, 18)))
        );
        assert_eq!(when(None, None), Ok(Occurred::Unknown));
    }
}
