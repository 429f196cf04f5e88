//! The key pair behind `v1a` signatures (Standard Webhooks, "Asymmetric signatures"): Ed25519.

use crate::secret::place;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use runtime::sealing::{SealError, SealingKeys};
use runtime::secrets::{NoRandomness, random_bytes};
use uuid::Uuid;
use zeroize::Zeroizing;

const COLUMN: &str = "webhooks.endpoints.sealed_signing_key";

/// A signing key that never leaves the process unsealed.
pub(crate) struct KeyPair {
    seed: Zeroizing<[u8; 32]>,
    pair: Ed25519KeyPair,
}

impl KeyPair {
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        Ok(Self::of_seed(Zeroizing::new(random_bytes::<32>()?)))
    }

    fn of_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&*seed)
            .unwrap_or_else(|_| unreachable!("every 32 bytes are a seed"));
        Self { seed, pair }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// `whpk_` and base64, as receivers are given it.
    pub(crate) fn public(&self) -> String {
        format!("whpk_{}", STANDARD.encode(self.pair.public_key()))
    }

    pub(crate) fn seal(&self, keys: &SealingKeys, endpoint: Uuid) -> Result<Vec<u8>, SealError> {
        keys.seal(place(COLUMN, &endpoint), &*self.seed)
    }

    pub(crate) fn open(
        keys: &SealingKeys,
        endpoint: Uuid,
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        let seed = keys.open(place(COLUMN, &endpoint), sealed)?;
        let seed: [u8; 32] = seed
            .as_slice()
            .try_into()
            .map_err(|_| SealError::Malformed)?;
        Ok(Self::of_seed(Zeroizing::new(seed)))
    }
}
