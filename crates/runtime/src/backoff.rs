//! Growing pauses between attempts.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::secrets::random_bytes;

/// No pause is longer, whatever the cap says: it keeps the arithmetic far from `Duration`'s end.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How chance enters a pause, so that many processes that failed together do not return together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Anything from nothing to the whole pause.
    Full,
    /// The pause, give or take this many percent (0 to 100).
    Percent(u8),
}

/// Why a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Woken {
    /// The time is over: try again.
    Elapsed,
    /// The process is stopping: do not.
    Stopping,
}

/// An exponential schedule: `base`, twice that, four times that, … never more than `cap`.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    jitter: Jitter,
    attempt: u32,
}

impl Backoff {
    #[must_use]
    pub fn new(base: Duration, cap: Duration, jitter: Jitter) -> Self {
        Self {
            base,
            cap: cap.min(LONGEST),
            jitter,
            attempt: 0,
        }
    }

    /// For connections to our own servers: 100 ms to 10 s, give or take a quarter.
    #[must_use]
    pub fn reconnect() -> Self {
        Self::new(
            Duration::from_millis(100),
            Duration::from_secs(10),
            Jitter::Percent(25),
        )
    }

    /// How many pauses were taken since the last success.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// Starts over, after a success.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }

    /// The next pause for a `chance` spread evenly over all of `u32`. Jitter never exceeds the cap.
    pub fn next_with(&mut self, chance: u32) -> Duration {
        let factor = 1_u32.checked_shl(self.attempt).unwrap_or(u32::MAX);
        self.attempt = self.attempt.saturating_add(1);
        let pause = self.base.saturating_mul(factor).min(self.cap);
        let share = f64::from(chance) / f64::from(u32::MAX);
        let jittered = match self.jitter {
            Jitter::Full => pause.mul_f64(share),
            Jitter::Percent(percent) => {
                let width = f64::from(percent.min(100)) / 100.0;
                pause.mul_f64(1.0 - width + 2.0 * width * share)
            }
        };
        jittered.min(self.cap)
    }

    /// The next pause, with chance from the operating system.
    #[expect(
        clippy::should_implement_trait,
        reason = "an endless schedule that is reset is no iterator"
    )]
    pub fn next(&mut self) -> Duration {
        // Without randomness the pause is merely unjittered.
        let chance = random_bytes().map_or(u32::MAX / 2, u32::from_ne_bytes);
        self.next_with(chance)
    }

    /// Takes the next pause, ended early when `soft` fires.
    pub async fn wait(&mut self, soft: &CancellationToken) -> Woken {
        pause(self.next(), soft).await
    }
}

/// Sleeps for `length`, ended early when `soft` fires.
pub async fn pause(length: Duration, soft: &CancellationToken) -> Woken {
    tokio::select! {
        biased;
        () = soft.cancelled() => Woken::Stopping,
        () = tokio::time::sleep(length) => Woken::Elapsed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_up_to_the_cap_and_start_over() {
        let mut backoff = Backoff::new(SECOND, SECOND * 10, Jitter::Percent(0));
        let pauses: Vec<u64> = (0..6).map(|_| backoff.next_with(7).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 10, 10]);
        backoff.reset();
        assert_eq!(backoff.next_with(7), SECOND);
    }

    #[test]
    fn jitter_stays_in_its_bounds() {
        let mut full = Backoff::new(SECOND, SECOND * 10, Jitter::Full);
        assert_eq!(full.next_with(0), Duration::ZERO);
        assert_eq!(full.next_with(u32::MAX), SECOND * 2);
        let mut some = Backoff::new(SECOND, SECOND * 10, Jitter::Percent(20));
        assert_eq!(some.next_with(0), Duration::from_millis(800));
        assert_eq!(some.next_with(u32::MAX), Duration::from_millis(2400));
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        let mut backoff = Backoff::new(SECOND, Duration::MAX, Jitter::Percent(0));
        for _ in 0..1000 {
            assert!(backoff.next_with(0) >= SECOND);
        }
    }

    #[tokio::test]
    async fn a_stopping_process_does_not_sleep_on() {
        let soft = CancellationToken::new();
        soft.cancel();
        assert_eq!(pause(SECOND * 3600, &soft).await, Woken::Stopping);
        assert_eq!(
            pause(Duration::ZERO, &CancellationToken::new()).await,
            Woken::Elapsed
        );
    }
}
