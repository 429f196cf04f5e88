//! Writes and signs alerts, for the demo and for tests. Nothing that runs in production needs it.

pub mod demo_bank;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::dkim::DkimSigner;

/// What a careful bank signs: the fields that must be signed, and those that say how the body is read.
pub const SIGNED_HEADERS: [&str; 8] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// The key is no RSA key in PKCS#8 PEM of at least 2048 bits, or the message has no header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot sign: {0}")]
pub struct SignError(String);

impl From<mail_auth::Error> for SignError {
    fn from(e: mail_auth::Error) -> Self {
        Self(e.to_string())
    }
}

/// The message with a DKIM signature on top (rsa-sha256, relaxed/relaxed, [`SIGNED_HEADERS`], no expiry).
pub fn sign(
    message: &[u8],
    selector: &str,
    domain: &str,
    key_pem: &str,
) -> Result<Vec<u8>, SignError> {
    sign_headers(message, selector, domain, key_pem, &SIGNED_HEADERS)
}

/// [`sign`] over a list of fields of one's own.
pub fn sign_headers(
    message: &[u8],
    selector: &str,
    domain: &str,
    key_pem: &str,
    headers: &[&str],
) -> Result<Vec<u8>, SignError> {
    let signer = DkimSigner::from_key(rsa_key(key_pem)?)
        .domain(domain)
        .selector(selector);
    let signature = signer.headers(headers.iter().copied()).sign(message)?;
    let mut signed = mail_auth::common::headers::HeaderWriter::to_header(&signature).into_bytes();
    signed.extend_from_slice(message);
    Ok(signed)
}

/// The TXT record that publishes the public half of a key: `v=DKIM1; k=rsa; p=…`.
pub fn dns_record(key_pem: &str) -> Result<String, SignError> {
    let public = spki(&rsa_key(key_pem)?.public_key());
    Ok(format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public)))
}

fn rsa_key(pem: &str) -> Result<RsaKey<Sha256>, SignError> {
    #[expect(
        deprecated,
        reason = "its successor wants a type of a crate that nothing else here needs"
    )]
    let key = RsaKey::<Sha256>::from_pkcs8_pem(pem)?;
    Ok(key)
}

/// `RSAPublicKey` (RFC 8017, A.1.1) wrapped as `SubjectPublicKeyInfo` (RFC 5280, 4.1), the form that key records hold.
fn spki(rsa_public_key: &[u8]) -> Vec<u8> {
    const RSA_ENCRYPTION: [u8; 15] = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
    ];
    let bits = der(0x03, &[[0].as_slice(), rsa_public_key].concat());
    der(0x30, &[RSA_ENCRYPTION.as_slice(), &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|b| *b == 0).collect();
    let mut out = vec![tag];
    match significant.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}
