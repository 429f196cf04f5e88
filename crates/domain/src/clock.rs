//! The only source of the present for business rules.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Real time plus the installation's offset (table `noxpay_clock`), the same in every service and in SQL (`noxpay_now()`).
///
/// Holds, expiry, alert and DKIM dates and retry schedules follow it. Leases, timeouts and backoff use real time.
/// Only development and tests have an offset; a constraint keeps it zero in production.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_us: Arc<AtomicI64>,
}

impl Clock {
    /// A clock without an offset.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present moment, rounded down to the microsecond, which is what Postgres keeps.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the operating system"
    )]
    pub fn now(&self) -> Timestamp {
        let us = Timestamp::now()
            .as_microsecond()
            .saturating_add(self.offset_us.load(Ordering::Relaxed));
        Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX)
    }

    /// Sets the offset read from the database; every clone follows.
    pub fn set_offset(&self, offset: SignedDuration) {
        let us = i64::try_from(offset.as_micros()).unwrap_or(0);
        self.offset_us.store(us, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_follows_the_offset() {
        let clock = Clock::new();
        let other = clock.clone();
        clock.set_offset(SignedDuration::from_hours(48));
        let ahead = other.now().duration_since(Clock::new().now());
        assert!(ahead > SignedDuration::from_hours(47));
    }
}
