//! UPI addresses.

use std::hash::{Hash, Hasher};

/// A virtual payment address: `handle@provider`.
///
/// Two spellings that differ in case only are one address, so equality, order and hash go by [`Vpa::key`]; what is shown and
/// put into a URI is the form given.
#[derive(Clone, Debug)]
pub struct Vpa {
    given: String,
    key: String,
}

/// Why a text is no VPA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VpaError {
    #[error("must have at most 255 characters")]
    TooLong,
    #[error("must have the form name@provider")]
    NoProvider,
    #[error("must have at least 2 letters, digits, '.', '_' or '-' before the '@'")]
    Handle,
    #[error("must have a letter and then letters or digits after the '@'")]
    Provider,
}

impl Vpa {
    /// Longest address in characters (NPCI's own limit).
    pub const MAX_LEN: usize = 255;

    /// Reads an address; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, VpaError> {
        let text = text.trim();
        if text.len() > Self::MAX_LEN {
            return Err(VpaError::TooLong);
        }
        let (handle, provider) = text.split_once('@').ok_or(VpaError::NoProvider)?;
        let in_handle = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if handle.len() < 2 || !handle.bytes().all(in_handle) {
            return Err(VpaError::Handle);
        }
        let starts_well = provider.starts_with(|c: char| c.is_ascii_alphabetic());
        if provider.len() < 2
            || !starts_well
            || !provider.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(VpaError::Provider);
        }
        Ok(Self {
            given: text.to_owned(),
            key: text.to_ascii_lowercase(),
        })
    }

    /// The form given, for people and URIs.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// Lower case, for comparing and for unique keys.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Vpa {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Vpa {}

impl PartialOrd for Vpa {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Vpa {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for Vpa {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl std::fmt::Display for Vpa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_makes_no_other_address_and_is_kept() {
        let given = Vpa::parse(" Shop.One-2_x@OkBank ").unwrap();
        assert_eq!(given, Vpa::parse("shop.one-2_x@okbank").unwrap());
        assert_eq!(given.as_str(), "Shop.One-2_x@OkBank");
        assert_eq!(given.key(), "shop.one-2_x@okbank");
    }

    #[test]
    fn what_could_leave_the_address_part_of_a_uri_is_no_address() {
        for (text, why) in [
            ("", VpaError::NoProvider),
            ("shop", VpaError::NoProvider),
            ("s@okbank", VpaError::Handle),
            ("shop&pa=thief@okbank", VpaError::Handle),
            ("shop%40@okbank", VpaError::Handle),
            ("śhop@okbank", VpaError::Handle),
            ("sh op@okbank", VpaError::Handle),
            ("shop@o", VpaError::Provider),
            ("shop@1bank", VpaError::Provider),
            ("shop@ok.bank", VpaError::Provider),
            ("shop@okbank&am=1", VpaError::Provider),
            ("shop@okbank@x", VpaError::Provider),
            ("shop@okbank#x", VpaError::Provider),
        ] {
            assert_eq!(Vpa::parse(text), Err(why), "{text}");
        }
        assert!(Vpa::parse(&format!("{}@okbank", "a".repeat(248))).is_ok());
        assert_eq!(
            Vpa::parse(&format!("{}@okbank", "a".repeat(249))),
            Err(VpaError::TooLong)
        );
    }
}
