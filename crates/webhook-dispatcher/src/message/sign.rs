//! Signatures over the stored bytes.

use crate::secret::EndpointSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::array::IntoIter;
use uuid::Uuid;

/// The headers of one attempt: `NoxPay`'s, and those of Standard Webhooks. `now` is in unix seconds and is the attempt's.
///
/// `X-NoxPay-Signature` is the hex HMAC-SHA256 of the raw body alone, as every published client of that dialect verifies
/// it; replay safety comes from `webhook-signature`, which covers id and timestamp.
pub(crate) fn headers(
    secret: &EndpointSecret,
    event: Uuid,
    now: i64,
    body: &str,
) -> IntoIter<(&'static str, String), 5> {
    let signed = format!("{event}.{now}.{body}");
    [
        (
            "x-noxpay-signature",
            hex::encode(hmac(secret.whole(), body.as_bytes())),
        ),
        ("x-noxpay-timestamp", now.to_string()),
        ("webhook-id", event.to_string()),
        ("webhook-timestamp", now.to_string()),
        (
            "webhook-signature",
            format!(
                "v1,{}",
                STANDARD.encode(hmac(secret.decoded(), signed.as_bytes()))
            ),
        ),
    ]
    .into_iter()
}

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    // RFC 2104: a key may have any length.
    <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(bytes);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference vector of the Standard Webhooks libraries.
    #[test]
    fn the_standard_signature_is_the_one_of_its_libraries() {
        let secret = EndpointSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let mac = STANDARD.encode(hmac(secret.decoded(), signed.as_bytes()));
        assert_eq!(mac, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_noxpay_signature_covers_the_raw_body_alone() {
        let secret = EndpointSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = |now| {
            headers(&secret, Uuid::from_u128(1), now, "{}")
                .next()
                .unwrap()
                .1
        };
        assert_eq!(signature(1), signature(2));
        assert_eq!(signature(1).len(), 64);
    }
}
