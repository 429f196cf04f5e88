// base64 0.22, hex 0.4, hmac 0.13, http 1, sha2 0.11
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use std::time::{SystemTime, UNIX_EPOCH};

/// Compares in constant time.
fn is_hmac(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key);
    mac.is_ok_and(|mut mac| {
        parts.iter().for_each(|part| mac.update(part));
        mac.verify_slice(given).is_ok()
    })
}

/// Standard Webhooks.
pub fn verify_standard(secret: &str, headers: &http::HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let (Some(id), Some(timestamp), Some(list)) = (
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    ) else {
        return false;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let sent = timestamp.parse::<u64>();
    if !sent.is_ok_and(|sent| now.abs_diff(sent) <= 300) {
        return false;
    }
    let Ok(key) = STANDARD.decode(secret.trim_start_matches("whsec_")) else {
        return false;
    };
    let head = format!("{id}.{timestamp}.");
    list.split(' ').any(|given| {
        let given = given
            .strip_prefix("v1,")
            .and_then(|s| STANDARD.decode(s).ok());
        given.is_some_and(|given| is_hmac(&key, &[head.as_bytes(), body], &given))
    })
}

/// `signature`: X-NoxPay-Signature, X-NoddPay-Signature or X-Webhook-Signature.
pub fn verify_body(secret: &str, signature: &str, body: &[u8]) -> bool {
    let given = hex::decode(signature.trim_start_matches("sha256="));
    given.is_ok_and(|given| is_hmac(secret.as_bytes(), &[body], &given))
}
