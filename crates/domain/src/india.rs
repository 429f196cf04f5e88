//! Indian Standard Time, which banks in India print whatever zone the server or the payer is in.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// 05:30 ahead of UTC all year, and no other offset since 1945.
const AHEAD: SignedDuration = SignedDuration::from_mins(330);

/// The moment at which clocks in India show `local`. `None` beyond the range of timestamps.
#[must_use]
pub fn from_india(local: DateTime) -> Option<Timestamp> {
    Offset::UTC
        .to_timestamp(local)
        .ok()?
        .checked_sub(AHEAD)
        .ok()
}

/// What clocks in India show at a moment.
#[must_use]
pub fn to_india(at: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(at.saturating_add(AHEAD).unwrap_or(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indian_day_begins_half_past_six_in_the_evening_in_utc() {
        let midnight: DateTime = "2026-11-22T00:00:00".parse().unwrap();
        let moment: Timestamp = "2026-11-21T18:30:00Z".parse().unwrap();
        assert_eq!(from_india(midnight), Some(moment));
        assert_eq!(to_india(moment), midnight);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        assert_eq!(from_india(DateTime::MIN), None);
        assert_eq!(
            to_india(Timestamp::MAX),
            Offset::UTC.to_datetime(Timestamp::MAX)
        );
    }
}
