//! The merchant's side of a webhook: is it really from the gateway, and is it new?

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// Older or newer messages are refused (Standard Webhooks, "Verifying webhooks").
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The headers that a receiver looks at, as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signed {
    /// `X-NoxPay-Signature`
    pub(crate) noxpay: Option<String>,
    /// `X-NoxPay-Timestamp`
    pub(crate) noxpay_timestamp: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) signature: Option<String>,
}

impl Signed {
    /// From whatever finds a header's value by its name in lower case.
    pub(crate) fn of(text: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            noxpay: text("x-noxpay-signature"),
            noxpay_timestamp: text("x-noxpay-timestamp"),
            id: text("webhook-id"),
            timestamp: text("webhook-timestamp"),
            signature: text("webhook-signature"),
        }
    }
}

/// Why a webhook is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSignature {
    #[error("the header {0} is missing")]
    Missing(&'static str),
    #[error("the header {0} is not usable")]
    Malformed(&'static str),
    #[error("{0} does not fit the body")]
    Mismatch(&'static str),
    #[error("the webhook is older or newer than 5 minutes")]
    Stale,
    #[error("the secret is not whsec_ and base64")]
    Secret,
}

const NOXPAY: &str = "X-NoxPay-Signature";
const NOXPAY_TIMESTAMP: &str = "X-NoxPay-Timestamp";
const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// Checks both signatures over the raw body: `X-NoxPay-Signature`, keyed with the UTF-8 bytes of the whole secret, and
/// Standard Webhooks, keyed with the bytes that the base64 after `whsec_` stands for.
pub(crate) fn verify(
    headers: &Signed,
    body: &[u8],
    secret: &str,
    now: Timestamp,
) -> Result<(), BadSignature> {
    let of = |value: &Option<String>, name| value.clone().ok_or(BadSignature::Missing(name));
    let noxpay = of(&headers.noxpay, NOXPAY)?;
    let noxpay = hex::decode(noxpay).map_err(|_| BadSignature::Malformed(NOXPAY))?;
    check(secret.as_bytes(), &[body], &noxpay, NOXPAY)?;
    recent(
        &of(&headers.noxpay_timestamp, NOXPAY_TIMESTAMP)?,
        NOXPAY_TIMESTAMP,
        now,
    )?;

    let encoded = secret.strip_prefix("whsec_").ok_or(BadSignature::Secret)?;
    let key = STANDARD.decode(encoded).map_err(|_| BadSignature::Secret)?;
    let (id, timestamp) = (of(&headers.id, ID)?, of(&headers.timestamp, TIMESTAMP)?);
    recent(&timestamp, TIMESTAMP, now)?;
    let signed: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let signatures = of(&headers.signature, SIGNATURE)?;
    // While a secret is rotated there are several, parted by spaces; one that fits is enough.
    let mut versions = signatures.split(' ').filter_map(|s| s.strip_prefix("v1,"));
    versions
        .any(|s| {
            STANDARD
                .decode(s)
                .is_ok_and(|s| check(&key, &signed, &s, SIGNATURE).is_ok())
        })
        .then_some(())
        .ok_or(BadSignature::Mismatch(SIGNATURE))
}

fn check(
    key: &[u8],
    parts: &[&[u8]],
    signature: &[u8],
    name: &'static str,
) -> Result<(), BadSignature> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| BadSignature::Secret)?;
    for part in parts {
        mac.update(part);
    }
    // In constant time.
    mac.verify_slice(signature)
        .map_err(|_| BadSignature::Mismatch(name))
}

/// `text` is unix seconds.
fn recent(text: &str, name: &'static str, now: Timestamp) -> Result<(), BadSignature> {
    let malformed = BadSignature::Malformed(name);
    let seconds = text.parse().map_err(|_| malformed)?;
    let at = Timestamp::from_second(seconds).map_err(|_| malformed)?;
    if now.duration_since(at).abs() > TOLERANCE {
        return Err(BadSignature::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==";
    const BODY: &[u8] = br#"{"event":"payment.success"}"#;
    const AT: i64 = 1_795_255_260;

    fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    }

    fn genuine() -> Signed {
        let key = b"demo-secret-demo-secret-demo-01";
        let text = [format!("evt_1.{AT}.").as_bytes(), BODY].concat();
        Signed {
            noxpay: Some(hex::encode(hmac(SECRET.as_bytes(), BODY))),
            noxpay_timestamp: Some(AT.to_string()),
            id: Some("evt_1".to_owned()),
            timestamp: Some(AT.to_string()),
            signature: Some(format!("v2,x v1,{}", STANDARD.encode(hmac(key, &text)))),
        }
    }

    fn verified(headers: &Signed, body: &[u8], seconds_later: i64) -> Result<(), BadSignature> {
        let now = Timestamp::from_second(AT + seconds_later).unwrap();
        verify(headers, body, SECRET, now)
    }

    #[test]
    fn a_genuine_webhook_is_believed() {
        assert_eq!(verified(&genuine(), BODY, 3), Ok(()));
    }

    #[test]
    fn a_changed_body_is_not() {
        assert_eq!(
            verified(&genuine(), b"{}", 0),
            Err(BadSignature::Mismatch(NOXPAY))
        );
    }

    #[test]
    fn every_header_is_needed_and_counts() {
        let mut other_id = genuine();
        other_id.id = Some("evt_2".to_owned());
        assert_eq!(
            verified(&other_id, BODY, 0),
            Err(BadSignature::Mismatch(SIGNATURE))
        );
        let mut unsigned = genuine();
        unsigned.noxpay = None;
        assert_eq!(
            verified(&unsigned, BODY, 0),
            Err(BadSignature::Missing(NOXPAY))
        );
        assert_eq!(verified(&genuine(), BODY, 301), Err(BadSignature::Stale));
        assert_eq!(verified(&genuine(), BODY, -301), Err(BadSignature::Stale));
    }
}
