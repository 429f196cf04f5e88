//! Where DKIM keys come from.

use jiff::Timestamp;
use std::collections::HashMap;
use std::future::Future;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// The name does not exist, or has no TXT record: final.
    #[error("no such record")]
    NotFound,
    /// Time-out, server failure: the same question may be answered later.
    #[error("DNS did not answer")]
    TryLater,
}

/// The only thing that this crate asks of the outside world.
pub trait Dns: Sync {
    /// The TXT records of `name` (no trailing dot), the strings of each record joined (RFC 6376, 3.6.2.2).
    fn txt(&self, name: &str) -> impl Future<Output = Result<Vec<String>, DnsError>> + Send;

    /// Records that are known to have stood under `name` when a mail was handed over. Asked for where DNS gives no key, or one that
    /// does not fit: banks change their keys, and a mail may be read long after it came.
    fn kept(
        &self,
        _name: &str,
        _handed_over_at: Timestamp,
    ) -> impl Future<Output = Result<Vec<String>, DnsError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// What [`Dns::txt`] gave for `name` has verified a signature: worth keeping.
    fn proved(&self, _name: &str) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// Records from a file instead of DNS: the demo bank's key, a corpus.
#[derive(Clone, Debug, Default)]
pub struct PinnedDns {
    records: HashMap<String, String>,
}

impl PinnedDns {
    /// Reads a JSON object of record name → text, for example
    /// `{"s1._domainkey.alerts.examplebank.test": "v=DKIM1; k=rsa; p=…"}`.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        let records: HashMap<String, String> = serde_json::from_str(json)?;
        let mut pinned = Self::default();
        for (name, text) in records {
            pinned.insert(&name, &text);
        }
        Ok(pinned)
    }

    /// Adds or replaces a record. Names compare without case and trailing dot.
    pub fn insert(&mut self, name: &str, text: &str) {
        self.records.insert(normal(name), text.to_owned());
    }

    /// The record of `name`, if it is pinned.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.records.get(&normal(name)).map(String::as_str)
    }
}

impl Dns for PinnedDns {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.get(name)
            .map(|text| vec![text.to_owned()])
            .ok_or(DnsError::NotFound)
    }
}

fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_names_ignore_case_and_the_last_dot() {
        let pinned = PinnedDns::from_json(r#"{"S1._domainkey.Bank.test.": "p=x"}"#).unwrap();
        assert_eq!(pinned.get("s1._domainkey.bank.test"), Some("p=x"));
        assert_eq!(pinned.get("bank.test"), None);
        assert!(PinnedDns::from_json("[]").is_err());
    }
}
