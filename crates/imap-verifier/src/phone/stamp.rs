//! The times that phones give.

use jiff::Timestamp;

/// Beyond it, a number counts milliseconds: as seconds it lies in the year 5138.
const SECONDS: i64 = 100_000_000_000;

/// Milliseconds or seconds since 1970, or RFC 3339. `None` for anything else, and for 0, which phones give for "unknown".
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // Some tools print a number with a fraction.
    let whole = text.split_once('.').map_or(text, |(whole, rest)| {
        match rest.bytes().all(|b| b.is_ascii_digit()) {
            true => whole,
            false => text,
        }
    });
    match whole.parse::<i64>() {
        Ok(number) if number <= 0 => None,
        Ok(number) if number < SECONDS => Timestamp::from_second(number).ok(),
        Ok(number) => Timestamp::from_millisecond(number).ok(),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_the_same_moment() {
        let at: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        for text in [
            "1795255200",
            "1795255200000",
            " 1795255200000 ",
            "1795255200.000",
            "2026-11-21T10:00:00Z",
            "2026-11-21T15:30:00.000+05:30",
        ] {
            assert_eq!(parse(text), Some(at), "{text}");
        }
        for text in [
            "",
            "0",
            "-5",
            "now",
            "%sentStamp%",
            "2026-11-21",
            "99999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
