//! HMAC-SHA256 under a key that is made for one purpose.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Makes keyed hashes for one purpose. Its key is derived, so that no two purposes share one.
#[derive(Clone)]
pub(crate) struct Keyed(Hmac<Sha256>);

impl Keyed {
    pub(crate) fn derive(pepper: &[u8], purpose: &'static str) -> Self {
        let mut derive = start(pepper);
        derive.update(purpose.as_bytes());
        Self(start(&derive.finalize().into_bytes()))
    }

    /// The hash of some parts, each with its length, so that moving a byte between them changes it.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first 64 bits in hex: enough to find the lines of one object in a log, too few to find the object.
    pub(crate) fn for_log(&self, part: &[u8]) -> String {
        let hash = self.hash(&[part]);
        hex::encode(hash.get(..8).unwrap_or(&hash))
    }
}

fn start(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_parts_do_not_meet() {
        let a = Keyed::derive(b"pepper", "a");
        assert_ne!(a.hash(&[b"x"]), Keyed::derive(b"pepper", "b").hash(&[b"x"]));
        assert_ne!(a.hash(&[b"x"]), Keyed::derive(b"other", "a").hash(&[b"x"]));
        assert_ne!(a.hash(&[b"ab", b"c"]), a.hash(&[b"a", b"bc"]));
        assert_eq!(a.for_log(b"x").len(), 16);
    }
}
