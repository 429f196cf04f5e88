//! An endpoint's secrets: made, checked, sealed, and turned into the keys of each signature.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use runtime::sealing::{Place, SealError, SealingKeys};
use runtime::secrets::{NoRandomness, random_bytes};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";
/// Lengths of a key that Standard Webhooks allows.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Some senders leave the padding away; the libraries of receivers make nothing of it either way.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// What one key signs cannot be opened as another's.
const SECRET_COLUMN: &str = "webhooks.endpoints.sealed_secret";

/// `whsec_` and the base64 of a key (Standard Webhooks, "Signature scheme"), or what another gateway gave: printable
/// characters that mean nothing but themselves.
#[derive(Clone)]
pub(crate) struct EndpointSecret {
    text: SecretString,
    /// The bytes behind the base64; `None` for another gateway's.
    key: Option<Zeroizing<Vec<u8>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be whsec_ and the base64 of 24 to 64 bytes, or 16 to 256 printable ASCII characters without spaces"
)]
pub(crate) struct BadSecret;

impl EndpointSecret {
    /// 256 random bits.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        let key = Zeroizing::new(random_bytes::<32>()?.to_vec());
        let text = format!("{PREFIX}{}", STANDARD.encode(&*key));
        Ok(Self {
            text: text.into(),
            key: Some(key),
        })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, BadSecret> {
        let key = standard_key(text);
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        if key.is_none() && !(printable && (16..=256).contains(&text.len())) {
            return Err(BadSecret);
        }
        Ok(Self {
            text: text.to_owned().into(),
            key,
        })
    }

    /// As shown to the merchant, once.
    pub(crate) fn text(&self) -> &str {
        self.text.expose_secret()
    }

    /// The key of every header that holds one signature: the UTF-8 bytes of the whole secret as shown.
    pub(crate) fn whole(&self) -> &[u8] {
        self.text.expose_secret().as_bytes()
    }

    /// The key of `webhook-signature`: the bytes that the base64 after `whsec_` stands for.
    pub(crate) fn standard(&self) -> Option<&[u8]> {
        self.key.as_ref().map(|key| key.as_slice())
    }

    pub(crate) fn seal(&self, keys: &SealingKeys, endpoint: Uuid) -> Result<Vec<u8>, SealError> {
        keys.seal(place(SECRET_COLUMN, &endpoint), self.whole())
    }

    pub(crate) fn open(
        keys: &SealingKeys,
        endpoint: Uuid,
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        let text = keys.open_text(place(SECRET_COLUMN, &endpoint), sealed)?;
        Self::parse(text.expose_secret()).map_err(|_| SealError::Malformed)
    }
}

/// `None` if `text` is not of the standard's form.
fn standard_key(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let key = Zeroizing::new(ANY_PADDING.decode(text.strip_prefix(PREFIX)?).ok()?);
    KEY_BYTES.contains(&key.len()).then_some(key)
}

pub(crate) fn place<'a>(column: &'static str, endpoint: &'a Uuid) -> Place<'a> {
    Place {
        column,
        row: endpoint.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_for_its_own_endpoint() {
        let keys = SealingKeys::parse("k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
        let secret = EndpointSecret::random().unwrap();
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = secret.seal(&keys, mine).unwrap();
        assert_eq!(
            EndpointSecret::open(&keys, mine, &sealed).unwrap().text(),
            secret.text()
        );
        assert!(EndpointSecret::open(&keys, other, &sealed).is_err());
    }

    #[test]
    fn a_secret_of_another_form_is_refused() {
        let long = "x".repeat(257);
        for text in [
            "",
            "whsec_",
            "whsec_!!!",
            "whsec_AAAA",
            "sk_live_x",
            "with a space in the middle",
            &long,
        ] {
            assert!(EndpointSecret::parse(text).is_err(), "{text}");
        }
        assert!(
            EndpointSecret::parse("whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==").is_ok()
        );
    }

    #[test]
    fn a_new_secret_is_32_bytes_and_no_other() {
        let (one, other) = (
            EndpointSecret::random().unwrap(),
            EndpointSecret::random().unwrap(),
        );
        assert_ne!(one.text(), other.text());
        let encoded = one.text().strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap(), one.standard().unwrap());
        assert_eq!(one.standard().unwrap().len(), 32);
        assert_eq!(
            EndpointSecret::parse(one.text()).unwrap().standard(),
            one.standard()
        );
    }

    #[test]
    fn only_keys_of_24_to_64_bytes_sign_by_the_standard() {
        for (length, signs) in [
            (16, false),
            (23, false),
            (24, true),
            (64, true),
            (65, false),
        ] {
            let key = vec![7; length];
            let secret =
                EndpointSecret::parse(&format!("whsec_{}", STANDARD.encode(&key))).unwrap();
            assert_eq!(
                secret.standard(),
                signs.then_some(key.as_slice()),
                "{length}"
            );
        }
    }

    #[test]
    fn the_padding_makes_no_difference_to_the_key_but_to_the_whole() {
        let padded = EndpointSecret::random().unwrap();
        let bare = EndpointSecret::parse(padded.text().trim_end_matches('=')).unwrap();
        assert_eq!(bare.standard(), padded.standard());
        assert_ne!(bare.whole(), padded.whole());
    }

    #[test]
    fn base64_of_another_alphabet_or_without_the_prefix_is_no_key() {
        for text in [
            "whsec_----____----____----____----____",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert_eq!(
                EndpointSecret::parse(text).unwrap().standard(),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn another_gateways_secret_signs_single_headers_alone() {
        let imported = EndpointSecret::parse("whsec_test_abc123").unwrap();
        assert_eq!(imported.standard(), None);
        assert_eq!(imported.whole(), b"whsec_test_abc123");
    }
}
