//! Whose word on unsigned mails may be taken: the mail servers that the operator lists.

use std::collections::HashMap;
use std::str::FromStr;

/// IMAP hosts that always write Authentication-Results, and the name (authserv-id) under which each does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultsProviders(HashMap<String, String>);

impl ResultsProviders {
    /// The name under which the server behind an IMAP host writes, if it is listed.
    pub(crate) fn authserv_id(&self, imap_host: &str) -> Option<&str> {
        let host = imap_host.to_ascii_lowercase();
        self.0.get(&host).map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for ResultsProviders {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut providers = HashMap::new();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (host, name) = part
                .split_once('=')
                .ok_or("it must be imap.host=authserv-id[,…]")?;
            let (host, name) = (host.trim().to_ascii_lowercase(), name.trim());
            if !is_name(&host) || !is_name(name) {
                return Err(
                    "hosts and authserv-ids are names, such as imap.gmail.com=mx.google.com",
                );
            }
            if providers.insert(host, name.to_owned()).is_some() {
                return Err("a host stands there twice");
            }
        }
        Ok(Self(providers))
    }
}

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_by_name_without_case() {
        let all: ResultsProviders = "IMAP.gmail.com=mx.google.com, imap.b.test = b"
            .parse()
            .unwrap();
        assert_eq!(all.authserv_id("imap.GMAIL.com"), Some("mx.google.com"));
        assert_eq!(all.authserv_id("imap.b.test"), Some("b"));
        assert_eq!(all.authserv_id("gmail.com"), None);
        assert!("".parse::<ResultsProviders>().unwrap().is_empty());
        for wrong in ["imap.a.test", "=b", "a=", "a=b c", "a=b,A=c"] {
            assert!(wrong.parse::<ResultsProviders>().is_err(), "{wrong}");
        }
    }
}
