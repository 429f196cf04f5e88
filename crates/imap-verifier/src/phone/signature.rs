//! The signatures of forwarder apps.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;

/// How an app shows that a request is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// By its token alone.
    Token,
    /// `X-Signature`: hex HMAC-SHA256 of the body (Incoming SMS Gateway).
    BodyHmac,
    /// `X-Signature`: hex HMAC-SHA256 of the body and the text of `X-Timestamp` (`SMSGate`).
    StampedHmac,
    /// `Authorization: Bearer`: a JWT by HS256 (httpSMS). It does not cover the body.
    Jwt,
}

impl Scheme {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::BodyHmac => "body_hmac",
            Self::StampedHmac => "stamped_hmac",
            Self::Jwt => "jwt",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Token, Self::BodyHmac, Self::StampedHmac, Self::Jwt]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// What a request shows beside its body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) signature: String,
    pub(crate) timestamp: String,
    pub(crate) bearer: String,
}

/// Whether the request is by somebody who has `key`. Times may differ by `skew`.
pub(crate) fn holds(
    scheme: Scheme,
    key: &[u8],
    body: &[u8],
    shown: &Shown,
    now: Timestamp,
    skew: SignedDuration,
) -> bool {
    match scheme {
        Scheme::Token => false,
        Scheme::BodyHmac => hex_mac(key, &[body], &shown.signature),
        Scheme::StampedHmac => {
            let stamp = shown.timestamp.trim();
            let at = stamp
                .parse()
                .ok()
                .and_then(|s| Timestamp::from_second(s).ok());
            let near = at.is_some_and(|at| now.duration_since(at).abs() <= skew);
            near && hex_mac(key, &[body, stamp.as_bytes()], &shown.signature)
        }
        Scheme::Jwt => jwt(key, &shown.bearer, now, skew),
    }
}

/// Compared in constant time.
fn mac(key: &[u8], parts: &[&[u8]], expected: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(expected).is_ok()
}

fn hex_mac(key: &[u8], parts: &[&[u8]], shown: &str) -> bool {
    let shown = shown.trim();
    let shown = shown.strip_prefix("sha256=").unwrap_or(shown);
    hex::decode(shown).is_ok_and(|expected| mac(key, parts, &expected))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    /// Without an end it would be good for ever.
    exp: i64,
    nbf: Option<i64>,
}

fn jwt(key: &[u8], token: &str, now: Timestamp, skew: SignedDuration) -> bool {
    let Some((signed, signature)) = token.trim().rsplit_once('.') else {
        return false;
    };
    let Some((header, claims)) = signed.split_once('.') else {
        return false;
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    // Before anything that stands in it is read.
    if !mac(key, &[signed.as_bytes()], &decode(signature)) {
        return false;
    }
    let header = serde_json::from_slice::<Header>(&decode(header));
    let Ok(claims) = serde_json::from_slice::<Claims>(&decode(claims)) else {
        return false;
    };
    let (now, skew) = (now.as_second(), skew.as_secs());
    header.is_ok_and(|h| h.alg == "HS256")
        && claims.exp.saturating_add(skew) >= now
        && claims.nbf.is_none_or(|nbf| nbf.saturating_sub(skew) <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key that a phone has";
    const SKEW: SignedDuration = SignedDuration::from_mins(5);

    fn now() -> Timestamp {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    fn sign(parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }

    fn shown(signature: String, timestamp: &str) -> Shown {
        Shown {
            signature,
            timestamp: timestamp.to_owned(),
            bearer: String::new(),
        }
    }

    #[test]
    fn a_signature_of_the_body_fits_no_other_body() {
        let good = shown(hex::encode(sign(&[b"body"])), "");
        let holds =
            |body: &[u8], shown: &Shown| holds(Scheme::BodyHmac, KEY, body, shown, now(), SKEW);
        assert!(holds(b"body", &good));
        assert!(!holds(b"body2", &good));
        for wrong in ["", "zz", &good.signature[..32]] {
            assert!(!holds(b"body", &shown(wrong.to_owned(), "")), "{wrong}");
        }
    }

    #[test]
    fn a_stamped_signature_ends_with_its_stamp() {
        let holds = |stamp: &str, signed: &str| {
            let signature = hex::encode(sign(&[b"body", signed.as_bytes()]));
            holds(
                Scheme::StampedHmac,
                KEY,
                b"body",
                &shown(signature, stamp),
                now(),
                SKEW,
            )
        };
        let at = |seconds: i64| (now().as_second() + seconds).to_string();
        assert!(holds(&at(0), &at(0)) && holds(&at(-299), &at(-299)));
        assert!(!holds(&at(-301), &at(-301)) && !holds(&at(301), &at(301)));
        assert!(!holds(&at(0), &at(-400)), "another's stamp");
        assert!(!holds("soon", "soon"));
    }

    #[test]
    fn a_jwt_must_be_signed_by_this_key_and_in_force() {
        let jwt = |header: &str, claims: String| {
            let signed = [header, &claims]
                .map(|part| URL_SAFE_NO_PAD.encode(part))
                .join(".");
            let signature = URL_SAFE_NO_PAD.encode(sign(&[signed.as_bytes()]));
            format!("{signed}.{signature}")
        };
        let holds = |bearer: String| {
            let shown = Shown {
                bearer,
                ..Shown::default()
            };
            holds(Scheme::Jwt, KEY, b"", &shown, now(), SKEW)
        };
        let hs = r#"{"alg":"HS256","typ":"JWT"}"#;
        let exp = |seconds: i64| {
            format!(
                r#"{{"exp":{},"iss":"api.httpsms.com"}}"#,
                now().as_second() + seconds
            )
        };
        assert!(holds(jwt(hs, exp(60))));
        assert!(!holds(jwt(hs, exp(-400))), "expired");
        assert!(!holds(jwt(hs, "{}".to_owned())), "for ever");
        assert!(!holds(jwt(r#"{"alg":"none"}"#, exp(60))));
        let nbf = format!(r#"{{"exp":99999999999,"nbf":{}}}"#, now().as_second() + 400);
        assert!(!holds(jwt(hs, nbf)));
        for broken in ["", "a.b", "a.b.c", "..", "a.b.c.d"] {
            assert!(!holds(broken.to_owned()), "{broken}");
        }
    }
}
