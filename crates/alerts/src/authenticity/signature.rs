//! What can be said against a signature before its key is asked for.

use super::{REQUIRED, RefusalReason};
use crate::rules::Rules;
use jiff::Timestamp;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::headers::Header;
use mail_auth::dkim::{DkimError, Signature};
use mail_auth::{AuthenticatedMessage, Error};

/// Most names in `h=`: verification looks each up in the header.
const MAX_SIGNED_NAMES: usize = 100;

/// The reason that the signatures give which could not even be parsed; `Unsigned` where there is none.
pub(super) fn unreadable(message: &AuthenticatedMessage<'_>) -> RefusalReason {
    let of = |e: &Error| match e {
        Error::Dkim(DkimError::SignatureLength) => RefusalReason::PartlySigned,
        Error::Dkim(DkimError::UnsupportedAlgorithm) => RefusalReason::WeakAlgorithm,
        _ => RefusalReason::SignatureUnreadable,
    };
    let failed = message
        .errors
        .iter()
        .filter(|h| h.name.eq_ignore_ascii_case(b"dkim-signature"));
    failed
        .map(|h| of(&h.header))
        .max()
        .unwrap_or(RefusalReason::Unsigned)
}

pub(super) fn check(
    header: &Header<'_, Signature>,
    from_domain: &str,
    rules: &Rules,
    handed_over_at: Timestamp,
) -> Result<(), RefusalReason> {
    let signature = &header.header;
    let value = String::from_utf8_lossy(header.value);
    let tag = |name: &str| tags(&value).find(|(n, _)| *n == name).map(|(_, v)| v);
    if !is_dns_name(&signature.d)
        || !is_dns_name(&signature.s)
        || signature.h.len() > MAX_SIGNED_NAMES
    {
        return Err(RefusalReason::SignatureUnreadable);
    }
    if rules.may_sign(from_domain, &signature.d.to_ascii_lowercase()) != Some(true) {
        return Err(RefusalReason::SignedByAnother);
    }
    if tag("l").is_some() {
        return Err(RefusalReason::PartlySigned);
    }
    if !matches!(signature.a, Algorithm::RsaSha256 | Algorithm::Ed25519Sha256) {
        return Err(RefusalReason::WeakAlgorithm);
    }
    let signed = |name: &str| {
        signature
            .h
            .iter()
            .any(|h| h.trim().eq_ignore_ascii_case(name))
    };
    if !REQUIRED.iter().all(|name| signed(name)) {
        return Err(RefusalReason::HeaderUnsigned);
    }
    match tag("x") {
        None => Ok(()),
        // RFC 6376, 3.5: x= must lie after t=.
        Some(x) => match x.trim().parse::<u64>() {
            Ok(x) if x > signature.t && !is_past(x, handed_over_at) => Ok(()),
            Ok(_) => Err(RefusalReason::SignatureExpired),
            Err(_) => Err(RefusalReason::SignatureUnreadable),
        },
    }
}

fn is_past(unix_seconds: u64, at: Timestamp) -> bool {
    u64::try_from(at.as_second()).is_ok_and(|at| at > unix_seconds)
}

/// The tags of a DKIM-Signature value or a key record (RFC 6376, 3.2): name and value, trimmed.
pub(super) fn tags(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split(';').filter_map(|tag| {
        let (name, value) = tag.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

/// Only what may be asked of DNS.
fn is_dns_name(name: &str) -> bool {
    name.len() <= 190
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63)
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_reach_dns() {
        for (name, good) in [
            ("s1", true),
            ("mail.2025_a-b", true),
            ("", false),
            ("a..b", false),
            ("a b", false),
            ("ä", false),
        ] {
            assert_eq!(is_dns_name(name), good, "{name}");
        }
        assert!(!is_dns_name(&"a".repeat(64)));
    }

    #[test]
    fn tags_are_found_among_folded_white_space() {
        let found: Vec<_> = tags("v=1;\r\n l = 12 ; bh=a=;").collect();
        assert_eq!(found, [("v", "1"), ("l", "12"), ("bh", "a=")]);
    }
}
