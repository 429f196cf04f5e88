//! Sealing of stored secrets: mailbox passwords, webhook keys.
//!
//! XChaCha20-Poly1305. The sealed form is `version (1 byte) ‖ key id length (1) ‖ key id ‖ nonce (24) ‖ ciphertext and
//! tag`. Everything before the nonce, and the place where the secret stands, are authenticated: a sealed value moved to
//! another row or column does not open.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    secrets::random_bytes,
    settings::{Env, Invalid},
};

#[cfg(test)]
mod tests;

const VARIABLE: &str = "NOXPAY_SEALING_KEYS";
const VERSION: u8 = 1;
const KEY: usize = 32;
const NONCE: usize = 24;
const LONGEST_KEY_ID: usize = 32;

/// With or without padding: people copy keys from many tools.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where a secret stands. A value sealed for one place does not open in another.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Schema, table and column, such as `mail.mailboxes.password`.
    pub column: &'a str,
    /// The row's key, which must never change.
    pub row: &'a [u8],
}

/// Why something was not sealed or opened. None of them carries content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the sealed value is not in a known form")]
    Malformed,
    #[error("the sealed value's key is not among NOXPAY_SEALING_KEYS")]
    UnknownKey,
    /// Changed, moved to another place, or sealed with another key of the same id.
    #[error("the sealed value does not open")]
    Tampered,
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

/// The keys of one installation: the first seals, all open.
pub struct SealingKeys {
    first: SealingKey,
    others: Vec<SealingKey>,
}

struct SealingKey {
    id: String,
    cipher: XChaCha20Poly1305,
}

impl SealingKeys {
    /// Reads `NOXPAY_SEALING_KEYS`, which must be there.
    ///
    /// # Errors
    /// [`Invalid`] if it is missing or not in the form of [`SealingKeys::parse`].
    pub fn read(env: &mut Env) -> Result<Self, Invalid> {
        env.secret_with(
            VARIABLE,
            "the keys that stored secrets are sealed with, kid:base64[,…] of 32 bytes each; the first seals, all open",
            Self::parse,
        )
    }

    /// Parses `kid:base64[,kid:base64…]`: ids of up to 32 letters, digits, `-` or `_`; keys of 32 bytes.
    ///
    /// # Errors
    /// Fixed text that says what is wrong without repeating any of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut keys: Vec<SealingKey> = Vec::new();
        for part in text.split(',') {
            let key = SealingKey::parse(part.trim())?;
            if keys.iter().any(|k| k.id == key.id) {
                return Err("two keys have the same id");
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        match keys.next() {
            Some(first) => Ok(Self {
                first,
                others: keys.collect(),
            }),
            None => Err("it holds no key"),
        }
    }

    /// The id of the key that seals; rows sealed with another may be sealed anew.
    #[must_use]
    pub fn current_key_id(&self) -> &str {
        &self.first.id
    }

    /// # Errors
    /// [`SealError::NoRandomness`] if no nonce can be made.
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = random_bytes::<NONCE>().map_err(|_| SealError::NoRandomness)?;
        let mut sealed = header(&self.first.id)?;
        let aad = associated(&sealed, place);
        let payload = Payload {
            msg: secret,
            aad: &aad,
        };
        let ciphertext = self
            .first
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Malformed)?;
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// # Errors
    /// Any [`SealError`] but `NoRandomness`.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (id, header, rest) = split(sealed)?;
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        let key = keys.find(|k| k.id == id).ok_or(SealError::UnknownKey)?;
        let (nonce, msg) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(SealError::Malformed)?;
        let aad = associated(header, place);
        let payload = Payload { msg, aad: &aad };
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| SealError::Tampered)
    }

    /// Like [`SealingKeys::open`], for secrets that are text.
    ///
    /// # Errors
    /// Any [`SealError`] but `NoRandomness`; `Malformed` if the secret is not UTF-8.
    pub fn open_text(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<secrecy::SecretString, SealError> {
        let opened = self.open(place, sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Malformed)?;
        Ok(secrecy::SecretString::from(text))
    }
}

/// The id of the key that `sealed` was made with.
///
/// # Errors
/// [`SealError::Malformed`] if it is no sealed value.
pub fn key_id(sealed: &[u8]) -> Result<&str, SealError> {
    split(sealed).map(|(id, _, _)| id)
}

impl SealingKey {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (id, encoded) = text
            .split_once(':')
            .ok_or("each key must be written kid:base64")?;
        let id_ok = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > LONGEST_KEY_ID || !id.chars().all(id_ok) {
            return Err("a key id must be 1 to 32 letters, digits, - or _");
        }
        // Standard and URL-safe alphabets differ in two characters only.
        let standard = Zeroizing::new(encoded.trim().replace('-', "+").replace('_', "/"));
        let decoded = BASE64
            .decode(standard.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| "a key is not base64")?;
        let mut key: [u8; KEY] = decoded
            .as_slice()
            .try_into()
            .map_err(|_| "a key is not 32 bytes long")?;
        if key.iter().all(|b| *b == key[0]) {
            return Err("a key is one byte repeated");
        }
        let cipher = XChaCha20Poly1305::new(&key.into());
        key.zeroize();
        Ok(Self {
            id: id.to_owned(),
            cipher,
        })
    }
}

fn header(id: &str) -> Result<Vec<u8>, SealError> {
    let length = u8::try_from(id.len()).map_err(|_| SealError::Malformed)?;
    Ok([&[VERSION, length], id.as_bytes()].concat())
}

/// Key id, header (with the key id), rest.
fn split(sealed: &[u8]) -> Result<(&str, &[u8], &[u8]), SealError> {
    let [VERSION, length, ..] = sealed else {
        return Err(SealError::Malformed);
    };
    let (header, rest) = sealed
        .split_at_checked(2 + usize::from(*length))
        .ok_or(SealError::Malformed)?;
    let id = std::str::from_utf8(&header[2..]).map_err(|_| SealError::Malformed)?;
    Ok((id, header, rest))
}

/// Header, column and row, each with its length, so that no two places give the same bytes.
fn associated(header: &[u8], place: Place<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [header, place.column.as_bytes(), place.row] {
        out.extend_from_slice(&part.len().to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = std::iter::once(&self.first).chain(&self.others);
        f.debug_list().entries(ids.map(|k| &k.id)).finish()
    }
}
