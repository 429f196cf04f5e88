//! Randomness from the operating system, and secrets that everybody knows.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Values that stand in documentation, demos and default installations. Production refuses each of them as a secret.
const PUBLISHED: [&str; 21] = [
    "sk_test_demo",
    "key_test_abc123",
    "secret_test_xyz789",
    "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==",
    "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "550e8400-e29b-41d4-a716-446655440000",
    "admin",
    "changeme",
    "change-me",
    "changethis",
    "default",
    "demo",
    "dev",
    "development",
    "example",
    "guest",
    "master",
    "noxpay",
    "password",
    "secret",
    "test",
];

/// The operating system gave no randomness. Nothing secret can be made until it does.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct NoRandomness(#[source] getrandom::Error);

/// Whether production must refuse `secret` because it was published, or because it is one character repeated.
#[must_use]
pub fn is_published(secret: &str) -> bool {
    let secret = secret.trim();
    let mut bytes = secret.bytes();
    let first = bytes.next();
    let repeated = bytes.all(|b| Some(b) == first);
    repeated
        || PUBLISHED
            .iter()
            .any(|known| known.eq_ignore_ascii_case(secret))
}

/// `N` random bytes from the operating system.
///
/// # Errors
/// [`NoRandomness`] if it has none to give.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the OS")]
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// 256 random bits as 43 characters that are safe in URLs and headers.
///
/// # Errors
/// [`NoRandomness`] if the operating system has none to give.
pub fn random_token() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_are_known_whatever_their_case() {
        for secret in [
            "sk_test_demo",
            "SECRET",
            " changeme ",
            "",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==",
        ] {
            assert!(is_published(secret), "{secret}");
        }
        assert!(!is_published(&random_token().unwrap()));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
    }
}
