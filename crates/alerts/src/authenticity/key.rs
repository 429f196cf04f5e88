//! Key records: which may be used at all.

use super::RefusalReason;
use super::signature::tags;
use crate::dns::{Dns, DnsError};
use mail_auth::Error;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::{DkimError, Signature};

/// Shortest RSA key, in bits (RFC 8301, 3.2: verifiers must not accept less).
const MIN_RSA_BITS: usize = 1024;

pub(super) enum KeyFailure {
    Unusable(RefusalReason),
    TryLater,
}

impl From<RefusalReason> for KeyFailure {
    fn from(reason: RefusalReason) -> Self {
        Self::Unusable(reason)
    }
}

/// Where the key of a signature stands in DNS.
pub(super) fn name(signature: &Signature) -> String {
    key_name(&signature.s, &signature.d)
}

pub(super) fn key_name(selector: &str, domain: &str) -> String {
    format!("{selector}._domainkey.{domain}").to_ascii_lowercase()
}

/// Asks for the key of a signature and judges its record.
pub(super) async fn fetch(dns: &impl Dns, signature: &Signature) -> Result<DomainKey, KeyFailure> {
    let records = dns.txt(&name(signature)).await.map_err(|e| match e {
        DnsError::NotFound => KeyFailure::Unusable(RefusalReason::KeyUnknown),
        DnsError::TryLater => KeyFailure::TryLater,
    })?;
    // RFC 6376, 3.6.2.2: several keys under one name are undefined; none of them is taken.
    let mut keys = records
        .iter()
        .filter(|r| tags(r).any(|(name, _)| name == "p"));
    match (keys.next(), keys.next()) {
        (Some(record), None) => Ok(usable(record)?),
        (None, _) => Err(RefusalReason::KeyUnknown.into()),
        (Some(_), Some(_)) => Err(RefusalReason::KeyUnusable.into()),
    }
}

/// The key of a record, if it may be used at all.
pub(super) fn usable(record: &str) -> Result<DomainKey, RefusalReason> {
    let tag = |name: &str| tags(record).find(|(n, _)| *n == name).map(|(_, v)| v);
    let lists = |name: &str, wanted: &[&str]| {
        tag(name).is_none_or(|v| {
            v.split(':')
                .any(|item| wanted.contains(&item.trim().to_ascii_lowercase().as_str()))
        })
    };
    if tag("p").is_none_or(str::is_empty) {
        return Err(RefusalReason::KeyRevoked);
    }
    if tag("t").is_some_and(|flags| flags.split(':').any(|f| f.trim().eq_ignore_ascii_case("y"))) {
        return Err(RefusalReason::KeyInTest);
    }
    if !lists("h", &["sha256"]) || !lists("s", &["*", "email"]) {
        return Err(RefusalReason::KeyUnusable);
    }
    let key = DomainKey::parse(record.as_bytes()).map_err(|e| match e {
        Error::Dkim(DkimError::RevokedPublicKey) => RefusalReason::KeyRevoked,
        _ => RefusalReason::KeyUnusable,
    })?;
    // An Ed25519 key has one size, and reports none.
    if key.p.public_key_bits() < MIN_RSA_BITS {
        return Err(RefusalReason::KeyTooShort);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: &str = "TkNpzFOpbrV7tktEzZ5cWI3r1w+k8pkTJg7IM0vZxe4=";

    #[test]
    fn revoked_test_and_foreign_keys_are_refused() {
        for (record, reason) in [
            (
                "v=DKIM1; k=ed25519; p=".to_owned(),
                RefusalReason::KeyRevoked,
            ),
            ("v=DKIM1; k=ed25519".to_owned(), RefusalReason::KeyRevoked),
            (
                format!("v=DKIM1; k=ed25519; t=s:y; p={P}"),
                RefusalReason::KeyInTest,
            ),
            (
                format!("v=DKIM1; k=ed25519; h=sha1; p={P}"),
                RefusalReason::KeyUnusable,
            ),
            (
                format!("v=DKIM1; k=ed25519; s=tlsrpt; p={P}"),
                RefusalReason::KeyUnusable,
            ),
            (
                format!("v=DKIM2; k=ed25519; p={P}"),
                RefusalReason::KeyUnusable,
            ),
            (format!("v=DKIM1; k=dsa; p={P}"), RefusalReason::KeyUnusable),
            (format!("v=DKIM1; k=rsa; p={P}"), RefusalReason::KeyTooShort),
        ] {
            assert_eq!(usable(&record).err(), Some(reason), "{record}");
        }
        assert!(
            usable(&format!(
                "v=DKIM1; k=ed25519; t=s; h=sha256:sha1; s=email; p={P}"
            ))
            .is_ok()
        );
    }
}
