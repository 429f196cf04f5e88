//! The developer's own server.

use crate::gateway::client;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// As long as an endpoint is given.
const ANSWER: Duration = Duration::from_secs(10);

/// Where it takes webhooks.
#[derive(Clone)]
pub(super) struct Local {
    url: Url,
    http: reqwest::Client,
}

impl FromStr for Local {
    type Err = String;

    /// `localhost:3000/hook` is enough.
    fn from_str(text: &str) -> Result<Self, String> {
        const WANTED: &str = "it must be http(s)://host[:port][/path]";
        let whole = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let url: Url = whole.parse().map_err(|_| WANTED)?;
        // What begins with a slash is a path: the parser would take its first part for a host.
        if text.starts_with('/') || !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(WANTED.to_owned());
        }
        let http = client().map_err(|failure| failure.to_string())?;
        Ok(Self { url, http })
    }
}

impl Local {
    /// The status of the answer, or why there is none, with the milliseconds that it took.
    pub(super) async fn post(
        &self,
        headers: &BTreeMap<String, String>,
        body: &str,
    ) -> (Result<u16, String>, u128) {
        let mut request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .timeout(ANSWER)
            .body(body.to_owned());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let begun = Instant::now();
        let answer = request.send().await;
        let ms = begun.elapsed().as_millis();
        let answer = answer.map(|answer| answer.status().as_u16());
        (answer.map_err(|error| self.words(&error)), ms)
    }

    fn words(&self, error: &reqwest::Error) -> String {
        let url = &self.url;
        if error.is_connect() {
            format!("nobody takes connections at {url}: is your server running?")
        } else if error.is_timeout() {
            format!("{url} did not answer within {} s", ANSWER.as_secs())
        } else {
            format!("{url} broke the connection off")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_enough() {
        let url = |text: &str| text.parse::<Local>().map(|local| local.url.to_string());
        assert_eq!(
            url("localhost:3000/hook").unwrap(),
            "http://localhost:3000/hook"
        );
        assert_eq!(url("https://dev.example").unwrap(), "https://dev.example/");
        for wrong in ["", "ftp://x", "http://", "/hook"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }
}
