//! The cryptography, through `mail-auth`, with keys that were fetched before.

use super::key::key_name;
use super::{Authenticity, RefusalReason};
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::dkim::{DkimError, Signature};
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters,
    ResolverCache, Txt,
};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

/// The keys of one mail. Stands in for the cache of `mail-auth`, and answers every question, so that it never asks DNS itself.
#[derive(Default)]
pub(super) struct Keys(Vec<(Box<str>, Txt)>);

impl Keys {
    pub(super) fn insert(&mut self, signature: &Signature, key: DomainKey) {
        self.0
            .push((signature.domain_key().into(), Txt::DomainKey(Arc::new(key))));
    }
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let known = self
            .0
            .iter()
            .find(|(n, _)| <Box<str> as Borrow<Q>>::borrow(n) == name);
        let missing = || Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)));
        Some(known.map_or_else(missing, |(_, txt)| txt.clone()))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// A verifier whose resolver has no servers: it could not ask anybody.
static VERIFIER: LazyLock<MessageAuthenticator> = LazyLock::new(|| {
    MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default())
        .expect("a resolver without servers opens nothing that could fail")
});

/// A signature that holds.
pub(super) struct Verified {
    domain: String,
    selector: String,
    digest: String,
}

impl Verified {
    pub(super) fn key_name(&self) -> String {
        key_name(&self.selector, &self.domain)
    }
}

impl From<Verified> for Authenticity {
    fn from(verified: Verified) -> Self {
        Self::Verified {
            domain: verified.domain,
            selector: verified.selector,
            digest: verified.digest,
        }
    }
}

/// The first signature that holds. The others' fate, if none does.
pub(super) async fn first_good(
    mut message: AuthenticatedMessage<'_>,
    keys: &Keys,
) -> Result<Verified, RefusalReason> {
    message.errors.clear();
    for header in &mut message.dkim_headers {
        // Judged before, at the time of hand-over; the verifier would judge it now.
        header.header.x = 0;
        // Neither reports nor third-party signatures are ours to look up.
        header.header.r = false;
        header.header.atps = None;
    }
    let mut nearest = RefusalReason::Unsigned;
    for output in VERIFIER
        .verify_dkim(Parameters::new(&message).with_txt_cache(keys))
        .await
    {
        match (output.result(), output.signature()) {
            (DkimResult::Pass, Some(signature)) => {
                return Ok(Verified {
                    domain: signature.d.to_ascii_lowercase(),
                    selector: signature.s.clone(),
                    digest: hex::encode(Sha256::digest(&signature.b)),
                });
            }
            (DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)), _) => {
                nearest = nearest.max(RefusalReason::BodyChanged)
            }
            _ => nearest = nearest.max(RefusalReason::SignatureWrong),
        }
    }
    Err(nearest)
}
