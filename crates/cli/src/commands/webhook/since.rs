//! A time as it is typed: a moment, or how long ago.

use jiff::{SignedDuration, Timestamp};
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    At(Timestamp),
    Ago(SignedDuration),
}

impl Since {
    pub(super) fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str =
            "it must be a time such as 2026-11-21T10:00:00Z, or how long ago: 90m, 24h, 3d";
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        let unit = text.chars().next_back().ok_or(WANTED)?;
        let seconds: i64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(WANTED),
        };
        let count: u32 = text.trim_end_matches(unit).parse().map_err(|_| WANTED)?;
        let seconds = i64::from(count).checked_mul(seconds).ok_or(WANTED)?;
        Ok(Self::Ago(SignedDuration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_moment_or_how_long_ago() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Since>().unwrap().at(now).to_string();
        assert_eq!(at("24h"), "2026-11-20T10:00:00Z");
        assert_eq!(at("90m"), "2026-11-21T08:30:00Z");
        assert_eq!(at("2026-11-01T00:00:00+05:30"), "2026-10-31T18:30:00Z");
        for wrong in ["", "h", "-1h", "yesterday", "1w", "2026-11-21", "é"] {
            assert!(wrong.parse::<Since>().is_err(), "{wrong}");
        }
    }
}
