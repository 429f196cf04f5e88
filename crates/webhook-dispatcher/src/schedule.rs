//! When a failed delivery is tried again: data and a pure function.

use std::str::FromStr;
use std::time::Duration;

/// Seconds before each attempt, the first one included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pauses: Vec<u32>,
    /// Whether pauses vary by a fifth, so that a receiver that comes back is not met by everybody at once.
    spread: bool,
}

const MOST_ATTEMPTS: usize = 20;
/// Three days.
const LONGEST_PAUSE: u32 = 259_200;

/// A `Retry-After` may stretch a pause to this many times its length, so that no receiver can park an event for ever.
const MOST_STRETCH: u32 = 2;
/// A receiver that says "too many requests" or does not answer in time gets at least this pause (seconds).
const BUSY_PAUSE: u32 = 60;

/// How the last attempt failed, as far as the schedule cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Ordinary,
    /// 429 or 503, or no answer in time.
    Busy {
        retry_after: Option<Duration>,
    },
    /// 410: the receiver is gone for good.
    Gone,
}

#[derive(Debug, thiserror::Error)]
#[error("it must be 1 to 20 whole numbers of seconds, each at most 259200, separated by commas")]
pub struct BadSchedule;

impl Schedule {
    /// Ten attempts over about 75 hours (Standard Webhooks, "Deliverability and reliability").
    pub const DEFAULT: &str = "0,5,300,1800,7200,18000,36000,50400,72000,86400";

    /// Pauses that clients of another gateway expect to the second.
    pub(crate) fn exact<const N: usize>(pauses: [u32; N]) -> Self {
        Self {
            pauses: pauses.to_vec(),
            spread: false,
        }
    }

    /// A merchant's own.
    ///
    /// # Errors
    /// [`BadSchedule`].
    pub(crate) fn custom(pauses: &[u32]) -> Result<Self, BadSchedule> {
        let fits = (1..=MOST_ATTEMPTS).contains(&pauses.len());
        if !fits || pauses.iter().any(|s| *s > LONGEST_PAUSE) {
            return Err(BadSchedule);
        }
        Ok(Self {
            pauses: pauses.to_vec(),
            spread: true,
        })
    }

    /// The pause after attempt number `made` failed, with `noise` from 0 to 255 spreading it by ±20 %; `None` when that was
    /// the last one, or none is wanted.
    pub fn pause_after(&self, made: usize, failure: Failure, noise: u8) -> Option<Duration> {
        let planned = *self.pauses.get(made)?;
        let seconds = match failure {
            Failure::Gone => return None,
            Failure::Ordinary => planned,
            Failure::Busy { retry_after } => {
                let least = planned.max(BUSY_PAUSE.min(self.longest()));
                let asked =
                    retry_after.map_or(0, |d| u32::try_from(d.as_secs()).unwrap_or(u32::MAX));
                asked.clamp(least, least.saturating_mul(MOST_STRETCH))
            }
        };
        if !self.spread {
            return Some(Duration::from_secs(seconds.into()));
        }
        // 80 % to 120 % in 255 steps
        let millis = u64::from(seconds) * (800_000 + u64::from(noise) * 400_000 / 255) / 1_000;
        Some(Duration::from_millis(millis))
    }

    fn longest(&self) -> u32 {
        self.pauses.iter().copied().max().unwrap_or(0)
    }
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pauses: Vec<u32> = text
            .split(',')
            .map(|part| part.trim().parse().map_err(|_| BadSchedule))
            .collect::<Result<_, _>>()?;
        Self::custom(&pauses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default() -> Schedule {
        Schedule::DEFAULT.parse().unwrap()
    }

    #[test]
    fn ten_attempts_over_three_days_and_then_none() {
        let total: u32 = default().pauses.iter().sum();
        assert_eq!(default().pauses.len(), 10);
        assert!((70 * 3600..80 * 3600).contains(&total));
        assert_eq!(default().pause_after(10, Failure::Ordinary, 0), None);
    }

    #[test]
    fn a_pause_varies_by_a_fifth_and_no_more() {
        for noise in 0..=255 {
            let pause = default().pause_after(2, Failure::Ordinary, noise).unwrap();
            assert!((240..=360).contains(&pause.as_secs()), "{pause:?}");
        }
    }

    #[test]
    fn a_busy_receiver_waits_longer_but_cannot_park_an_event() {
        let after = |retry_after: Option<u64>, made| {
            let failure = Failure::Busy {
                retry_after: retry_after.map(Duration::from_secs),
            };
            // the middle of the spread
            default().pause_after(made, failure, 128).unwrap().as_secs()
        };
        assert!((59..=61).contains(&after(None, 1)));
        assert!((118..=121).contains(&after(Some(1_000_000), 1)));
        assert!((598..=602).contains(&after(Some(1_000_000), 2)));
    }

    #[test]
    fn another_gateways_pauses_are_kept_to_the_second() {
        let schedule = Schedule::exact([0, 300]);
        for noise in [0, 255] {
            let pause = schedule.pause_after(1, Failure::Ordinary, noise);
            assert_eq!(pause, Some(Duration::from_secs(300)));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "a", "1,,2", "-1", "259201", "1.5"] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
    }
}
