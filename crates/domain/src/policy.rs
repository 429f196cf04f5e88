//! The rules that an intent is judged by, frozen into it at creation.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// No policy's late window is longer: what may still belong to an intent is looked for among the holds of this long.
pub const LONGEST_LATE_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What happens to money that comes after `expires_at` but within the late window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePolicy {
    /// Settle and mark the payment late.
    Settle,
    /// Ask a person.
    Review,
}

/// A merchant's rules at the moment of creation. Later changes touch later intents only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Minor units that may be missing. Default 0: always paying the least accepted must gain nothing.
    pub tolerance_minor: i64,
    /// Seconds after `expires_at` in which money still belongs to this intent without a person. Default 4 h, at most
    /// [`LONGEST_LATE_WINDOW`].
    pub late_window_s: i64,
    pub late: LatePolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tolerance_minor: 0,
            late_window_s: 4 * 3600,
            late: LatePolicy::Settle,
        }
    }
}

/// The moments that bound an intent's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The account's alert delay: how long after a payment its alert may still be on its way.
    pub grace: SignedDuration,
    pub policy: Policy,
}

impl Terms {
    /// From here on the intent may expire, if nothing that could have seen its payment is behind.
    pub fn deadline(&self) -> Timestamp {
        later(self.expires_at, self.grace)
    }

    /// The first moment past the deadline, by a clock of microseconds: at the deadline itself it is still open.
    pub fn over_at(&self) -> Timestamp {
        later(self.deadline(), SignedDuration::from_micros(1))
    }

    /// Money of a later time needs a person.
    pub fn late_until(&self) -> Timestamp {
        let window = SignedDuration::from_secs(self.policy.late_window_s);
        later(self.expires_at, window.min(LONGEST_LATE_WINDOW))
    }
}

/// How long an account's alerts are waited for after a payment: as long as 99 of 100 took there, at least 2 min; 10 min while
/// nobody has measured.
pub fn grace(alert_delay: Option<SignedDuration>) -> SignedDuration {
    const LEAST: SignedDuration = SignedDuration::from_mins(2);
    const UNMEASURED: SignedDuration = SignedDuration::from_mins(10);
    alert_delay.map_or(UNMEASURED, |delay| delay.max(LEAST))
}

/// `at + by`, or the end of time.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// `at - by`, or the beginning of time.
pub(crate) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
