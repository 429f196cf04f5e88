//! Idempotency rows live with the effect: the service that owns it looks up, works and stores its reply in one transaction.
//!
//! ```text
//! pool.tenant(scope, async |tx| {
//!     match idempotency::lookup(tx, &key, &fingerprint).await? {
//!         Lookup::Replay(reply) => return decode(reply),
//!         Lookup::Mismatch => return Err(Conflict),
//!         Lookup::InFlight => return Err(InFlight),
//!         Lookup::New => {}
//!     }
//!     let reply = …;                                               // the effect
//!     idempotency::store(tx, &key, &fingerprint, &encode(&reply), clock.now()).await?;
//!     Ok(reply)
//! })
//! ```
//!
//! Of two calls with one key at the same time, the second waits in `lookup` until the first has ended, and then replays its
//! reply, or does the work if the first failed; a first that takes longer than the lock timeout is in flight. Who stores
//! without looking up violates `idempotency_pkey`, and the effect is rolled back.

use crate::error::is_lock_timeout;
use crate::schema::idempotency;
use crate::{Connection, Scope, Tx};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use sha2::{Digest, Sha256};

/// Whether the caller proved a secret: a public caller cannot meet the keys of one who did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialClass {
    Secret,
    Public,
}

impl CredentialClass {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Public => "public",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Secret, Self::Public]
            .into_iter()
            .find(|c| c.as_str() == text)
    }
}

/// Where a key is unique: merchant, mode, credential class, route.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    pub scope: Scope,
    pub class: CredentialClass,
    /// The route's name, not its path with ids.
    pub route: &'a str,
    /// As the caller sent it, 1 to 255 bytes.
    pub key: &'a str,
}

/// What is known about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Nothing: do the work.
    New,
    /// The same request was answered with this.
    Replay(Vec<u8>),
    /// The key was used for another request.
    Mismatch,
    /// A call with the key runs, and was waited for in vain. The transaction is aborted: it can only be given up.
    InFlight,
}

/// SHA-256 over method, path and body, each with its length, so that no two requests share one.
pub fn fingerprint(method: &str, path: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), body] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Waits for a running call with the same key, then says what is known about it.
///
/// # Errors
/// The database's.
pub async fn lookup(tx: &mut Tx, key: &Key<'_>, fingerprint: &[u8; 32]) -> Result<Lookup, Error> {
    let alone =
        crate::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793602))")
            .bind::<Text, _>(lock_name(key))
            .execute(tx)
            .await;
    match alone {
        Err(error) if is_lock_timeout(&error) => return Ok(Lookup::InFlight),
        alone => alone?,
    };
    let known = idempotency::table
        .find((
            key.scope.merchant.uuid(),
            key.scope.mode.is_live(),
            key.class.as_str(),
            key.route,
            key.key,
        ))
        .select((idempotency::fingerprint, idempotency::reply))
        .first::<(Vec<u8>, Vec<u8>)>(tx)
        .await
        .optional()?;
    Ok(match known {
        None => Lookup::New,
        Some((first, reply)) if first == fingerprint => Lookup::Replay(reply),
        Some(_) => Lookup::Mismatch,
    })
}

/// Keeps the reply beside the effect.
///
/// # Errors
/// A violation of `idempotency_pkey` if the key is known; the database's.
pub async fn store(
    tx: &mut Tx,
    key: &Key<'_>,
    fingerprint: &[u8; 32],
    reply: &[u8],
    at: Timestamp,
) -> Result<(), Error> {
    diesel::insert_into(idempotency::table)
        .values((
            idempotency::merchant_id.eq(key.scope.merchant.uuid()),
            idempotency::live.eq(key.scope.mode.is_live()),
            idempotency::credential_class.eq(key.class.as_str()),
            idempotency::route.eq(key.route),
            idempotency::key.eq(key.key),
            idempotency::fingerprint.eq(fingerprint.as_slice()),
            idempotency::reply.eq(reply),
            idempotency::created_at.eq(at.to_diesel()),
        ))
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets what is older, as the worker. Returns how many keys.
///
/// # Errors
/// The database's.
pub async fn forget_before(conn: &mut Connection, at: Timestamp) -> Result<usize, Error> {
    diesel::delete(idempotency::table.filter(idempotency::created_at.lt(at.to_diesel())))
        .execute(conn)
        .await
}

fn lock_name(key: &Key<'_>) -> String {
    let Key {
        scope,
        class,
        route,
        key,
    } = key;
    format!(
        "{}/{}/{}/{route}/{key}",
        scope.merchant,
        scope.mode,
        class.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_between_the_parts_changes_the_fingerprint() {
        let one = fingerprint("POST", "/a", b"bc");
        assert_ne!(one, fingerprint("POST", "/ab", b"c"));
        assert_eq!(one, fingerprint("POST", "/a", b"bc"));
    }
}
