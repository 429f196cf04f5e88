//! A moment as people read it.

use jiff::Timestamp;
use serde::Deserialize;
use std::fmt;

/// Shown in UTC, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(crate) struct Moment(Timestamp);

impl Moment {
    pub(crate) const fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%SZ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_utc() {
        let moment: Moment = serde_json::from_str("\"2026-11-21T10:00:50.25+05:30\"").unwrap();
        assert_eq!(moment.to_string(), "2026-11-21 04:30:50Z");
    }
}
