//! A payment's own time, as precisely as its evidence gives it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the evidence printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Date, hour, minute and second.
    Second,
    /// Date, hour and minute: the payment lies somewhere in those 60 seconds.
    Minute,
    /// A date only, or nothing: the interval is bounded by the signed Date of the mail and the account's alert delay.
    Date,
    /// A block's own time.
    Block,
}

/// The closed interval in which the payment happened. `from <= to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Interval {
    from: Timestamp,
    to: Timestamp,
    precision: Precision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an interval must not end before it begins")]
pub struct Backwards;

impl Interval {
    pub fn new(from: Timestamp, to: Timestamp, precision: Precision) -> Result<Self, Backwards> {
        if to < from {
            return Err(Backwards);
        }
        Ok(Self {
            from,
            to,
            precision,
        })
    }

    /// A printed second: that second, to its end.
    pub fn second(at: Timestamp) -> Self {
        Self::starting(at, SignedDuration::from_secs(1), Precision::Second)
    }

    /// A printed minute: 60 seconds from its beginning.
    pub fn minute(at: Timestamp) -> Self {
        Self::starting(at, SignedDuration::from_secs(60), Precision::Minute)
    }

    fn starting(from: Timestamp, length: SignedDuration, precision: Precision) -> Self {
        let to = from.checked_add(length).unwrap_or(Timestamp::MAX);
        Self {
            from,
            to,
            precision,
        }
    }

    pub const fn from(&self) -> Timestamp {
        self.from
    }

    pub const fn to(&self) -> Timestamp {
        self.to
    }

    pub const fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether the payment may have happened within `[from, to]`.
    pub fn meets(&self, from: Timestamp, to: Timestamp) -> bool {
        self.from <= to && self.to >= from
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Raw {
    from: Timestamp,
    to: Timestamp,
    precision: Precision,
}

impl TryFrom<Raw> for Interval {
    type Error = Backwards;
    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        Self::new(raw.from, raw.to, raw.precision)
    }
}

impl From<Interval> for Raw {
    fn from(i: Interval) -> Self {
        Self {
            from: i.from,
            to: i.to,
            precision: i.precision,
        }
    }
}
