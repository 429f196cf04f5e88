//! When the payment may have happened.

use crate::facts::Occurred;
use domain::india::from_india;
use domain::{Interval, Precision};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

/// How long after the payment an alert is taken to be sent while nobody has measured this account's bank.
pub const UNMEASURED_ALERT_DELAY: SignedDuration = SignedDuration::from_mins(30);

/// The body prints a date that lies after the signed Date of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the alert speaks of a day after it was sent")]
pub struct DateAfterMail;

/// The interval of the precision given.
///
/// A printed second or minute is itself. A date only, or nothing: `[signed_date − alert_delay, signed_date]`, never before the
/// body's date. Where even that date is over before the interval begins, the delay was wrong, and the whole date is the interval.
pub fn interval(
    occurred: Occurred,
    signed_date: Timestamp,
    alert_delay: SignedDuration,
) -> Result<Interval, DateAfterMail> {
    let earliest = signed_date
        .checked_sub(alert_delay)
        .unwrap_or(Timestamp::MIN);
    let (from, to) = match occurred {
        Occurred::At {
            at,
            precision: Precision::Second,
        } => return Ok(Interval::second(at)),
        Occurred::At { at, .. } => return Ok(Interval::minute(at)),
        Occurred::Unknown => (earliest, signed_date),
        Occurred::On(date) => {
            let (begin, end) = day(date);
            if end < earliest {
                (begin, end)
            } else {
                (earliest.max(begin), signed_date)
            }
        }
    };
    Interval::new(from, to, Precision::Date).map_err(|_| DateAfterMail)
}

/// The first and last moment of a day in India.
fn day(date: Date) -> (Timestamp, Timestamp) {
    let begin = |d: Date| from_india(d.to_datetime(Time::midnight())).unwrap_or(Timestamp::MAX);
    (begin(date), date.tomorrow().map_or(Timestamp::MAX, begin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn of(occurred: Occurred, signed: &str) -> (String, String, Precision) {
        let i = interval(occurred, at(signed), UNMEASURED_ALERT_DELAY).unwrap();
        (i.from().to_string(), i.to().to_string(), i.precision())
    }

    fn expected(from: &str, to: &str, precision: Precision) -> (String, String, Precision) {
        (at(from).to_string(), at(to).to_string(), precision)
    }

    #[test]
    fn a_printed_second_or_minute_is_itself() {
        let noon = at("2026-06-01T12:00:00+05:30");
        let signed = "2026-06-01T12:03:00+05:30";
        assert_eq!(
            of(
                Occurred::At {
                    at: noon,
                    precision: Precision::Second
                },
                signed
            ),
            expected(
                "2026-06-01T12:00:00+05:30",
                "2026-06-01T12:00:01+05:30",
                Precision::Second
            )
        );
        assert_eq!(
            of(
                Occurred::At {
                    at: noon,
                    precision: Precision::Minute
                },
                signed
            ),
            expected(
                "2026-06-01T12:00:00+05:30",
                "2026-06-01T12:01:00+05:30",
                Precision::Minute
            )
        );
    }

    #[test]
    fn without_a_time_it_is_the_alert_delay_before_the_signed_date() {
        let signed = "2026-06-01T12:00:00+05:30";
        let span = expected("2026-06-01T11:30:00+05:30", signed, Precision::Date);
        assert_eq!(of(Occurred::Unknown, signed), span);
        assert_eq!(of(Occurred::On(date(2026, 6, 1)), signed), span);
    }

    #[test]
    fn it_never_begins_before_the_printed_date() {
        assert_eq!(
            of(Occurred::On(date(2026, 6, 1)), "2026-06-01T00:10:00+05:30"),
            expected(
                "2026-06-01T00:00:00+05:30",
                "2026-06-01T00:10:00+05:30",
                Precision::Date
            )
        );
    }

    #[test]
    fn an_alert_that_took_a_day_covers_the_printed_day() {
        assert_eq!(
            of(Occurred::On(date(2026, 6, 1)), "2026-06-03T12:00:00+05:30"),
            expected(
                "2026-06-01T00:00:00+05:30",
                "2026-06-02T00:00:00+05:30",
                Precision::Date
            )
        );
    }

    #[test]
    fn a_printed_date_after_the_mail_is_a_contradiction() {
        let signed = at("2026-06-01T23:59:00+05:30");
        assert_eq!(
            interval(
                Occurred::On(date(2026, 6, 2)),
                signed,
                UNMEASURED_ALERT_DELAY
            ),
            Err(DateAfterMail)
        );
    }
}
