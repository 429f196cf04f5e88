//! What an answer means, and what is kept of it.

use crate::schedule::Failure;
use jiff::Timestamp;
use runtime::egress::{Bytes, EgressError};
use std::time::{Duration, SystemTime};

/// How an attempt ended.
pub(crate) struct Answer {
    /// `delivered`, `refused` (an answer other than 2xx), `unreachable`, `timeout` or `blocked`.
    pub(crate) outcome: &'static str,
    pub(crate) code: Option<u16>,
    /// What was read of it, or why there is none; not redacted yet.
    pub(crate) text: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) failure: Option<Failure>,
}

impl Answer {
    /// No attempt could be made.
    pub(crate) fn blocked(why: &str) -> Self {
        Self {
            outcome: "blocked",
            code: None,
            text: why.to_owned(),
            headers: vec![],
            failure: Some(Failure::Ordinary),
        }
    }

    /// Nothing was answered.
    pub(crate) fn none(error: EgressError) -> Self {
        let (outcome, failure) = match error {
            EgressError::Refused => ("blocked", Failure::Ordinary),
            EgressError::Timeout => ("timeout", Failure::Busy { retry_after: None }),
            _ => ("unreachable", Failure::Ordinary),
        };
        Self {
            outcome,
            code: None,
            text: error.to_string(),
            headers: vec![],
            failure: Some(failure),
        }
    }

    /// Only 2xx is success; a redirect is a failure, since it is never followed, and 410 is a farewell.
    pub(crate) fn of(response: &http::Response<Bytes>, now: Timestamp) -> Self {
        let status = response.status();
        let failure = match status.as_u16() {
            200..=299 => None,
            410 => Some(Failure::Gone),
            429 | 503 => Some(Failure::Busy {
                retry_after: retry_after(response, now),
            }),
            _ => Some(Failure::Ordinary),
        };
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            outcome: if failure.is_none() {
                "delivered"
            } else {
                "refused"
            },
            code: Some(status.as_u16()),
            text: String::from_utf8_lossy(response.body()).into_owned(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            failure,
        }
    }

    /// Whether the endpoint says that it wants nothing more, ever.
    pub(crate) fn is_gone(&self) -> bool {
        self.failure == Some(Failure::Gone)
    }

    /// Whether the endpoint gave no sign of life.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.outcome, "timeout" | "unreachable")
    }
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(response: &http::Response<Bytes>, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    date.duration_since(SystemTime::from(now)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, retry_after: &str) -> http::Response<Bytes> {
        http::Response::builder()
            .status(status)
            .header("retry-after", retry_after)
            .body(Bytes::new())
            .unwrap()
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date() {
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("Sat, 21 Nov 2026 10:05:00 GMT", Some(300)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", None),
            ("soon", None),
        ] {
            let answer = Answer::of(&response(429, text), now);
            let wanted = Failure::Busy {
                retry_after: seconds.map(Duration::from_secs),
            };
            assert_eq!(answer.failure, Some(wanted), "{text}");
        }
    }

    #[test]
    fn only_2xx_is_success() {
        let now = Timestamp::UNIX_EPOCH;
        for status in [200, 204, 299] {
            assert_eq!(Answer::of(&response(status, ""), now).failure, None);
        }
        for status in [199, 300, 302, 404, 410, 500] {
            assert!(
                Answer::of(&response(status, ""), now).failure.is_some(),
                "{status}"
            );
        }
    }
}
