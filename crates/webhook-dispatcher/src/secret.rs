//! An endpoint's secret: made, checked, and turned into the keys of each signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runtime::sealing::{Place, SealError, SealingKeys};
use runtime::secrets::{NoRandomness, random_bytes};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const PREFIX: &str = "whsec_";
const COLUMN: &str = "webhooks.endpoints.sealed_secret";

/// `whsec_` and the base64 of a key (Standard Webhooks, "Signature scheme").
#[derive(Clone)]
pub(crate) struct EndpointSecret {
    text: SecretString,
    key: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be whsec_ and the base64 of 24 to 64 bytes")]
pub(crate) struct BadSecret;

impl EndpointSecret {
    /// 256 random bits.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        let key = random_bytes::<32>()?.to_vec();
        let text = format!("{PREFIX}{}", STANDARD.encode(&key));
        Ok(Self {
            text: text.into(),
            key,
        })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(BadSecret)?;
        let key = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if !(24..=64).contains(&key.len()) {
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

    /// The key of `X-NoxPay-Signature`: the UTF-8 bytes of the whole secret as shown.
    pub(crate) fn whole(&self) -> &[u8] {
        self.text.expose_secret().as_bytes()
    }

    /// The key of `webhook-signature`: the bytes that the base64 after `whsec_` stands for.
    pub(crate) fn decoded(&self) -> &[u8] {
        &self.key
    }

    pub(crate) fn seal(&self, keys: &SealingKeys, endpoint: Uuid) -> Result<Vec<u8>, SealError> {
        keys.seal(place(&endpoint), self.whole())
    }

    pub(crate) fn open(
        keys: &SealingKeys,
        endpoint: Uuid,
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        let text = keys.open_text(place(&endpoint), sealed)?;
        Self::parse(text.expose_secret()).map_err(|_| SealError::Malformed)
    }
}

fn place(endpoint: &Uuid) -> Place<'_> {
    Place {
        column: COLUMN,
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
        for text in ["", "whsec_", "whsec_!!!", "whsec_AAAA", "sk_live_x"] {
            assert!(EndpointSecret::parse(text).is_err(), "{text}");
        }
        assert!(
            EndpointSecret::parse("whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==").is_ok()
        );
    }
}
