//! From what a caller shows to who it is.

use super::hasher::{HashError, RETRY_AFTER};
use super::verified::{Entry, Known, Tag};
use super::{Family, Hasher, Keyed, Presented, Verified};
use crate::config::Pepper;
use crate::limiter::{Exceeded, Limiter, Neighbourhood};
use crate::merchants::credential::{self, Credential};
use crate::refusal::Refusal;
use db::WorkerPool;
use domain::ids::MerchantId;
use domain::{Clock, Mode};
use runtime::{Environment, secrets};
use secrecy::ExposeSecret as _;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Failed tries per minute from one address, whatever it tries.
const TRIES_PER_ADDRESS: u32 = 120;
/// Failed tries per minute from one address at one key id.
const TRIES_PER_KEY: u32 = 30;

/// A verified caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub merchant: MerchantId,
    pub mode: Mode,
    pub family: Family,
    /// What it showed in clear.
    pub key_id: Arc<str>,
    /// The row whose secret it proved.
    pub credential: Uuid,
    pub active: bool,
    /// The merchant's own limit.
    pub rate_limit_rpm: Option<u32>,
}

/// Verifies credentials.
pub(crate) struct Auth {
    pool: WorkerPool,
    clock: Clock,
    production: bool,
    /// Of secrets, as stored.
    secrets: Keyed,
    /// Of what is presented, as remembered.
    tags: Keyed,
    hasher: Hasher,
    verified: Verified,
    tries: Limiter<Try>,
    quota: Limiter<(Family, Arc<str>)>,
    default_rpm: u32,
    /// One look at the database per credential at a time.
    looking: Looking,
}

/// What failed tries are counted by.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Try {
    Address(Neighbourhood),
    Key(Neighbourhood, Family, String),
}

impl Auth {
    pub(crate) fn new(
        pool: WorkerPool,
        clock: Clock,
        environment: Environment,
        pepper: &Pepper,
        hasher: Hasher,
        default_rpm: u32,
    ) -> Self {
        Self {
            pool,
            clock,
            production: environment.is_production(),
            secrets: credential::keyed(pepper),
            tags: pepper.keyed("verified credentials"),
            hasher,
            verified: Verified::default(),
            tries: Limiter::new(),
            quota: Limiter::new(),
            default_rpm,
            looking: Mutex::default(),
        }
    }

    /// What was verified, for whoever hears of revocations.
    pub(crate) fn verified(&self) -> Verified {
        self.verified.clone()
    }

    #[cfg(test)]
    pub(crate) fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    /// The caller who shows this from this address, with one request charged to its quota.
    ///
    /// # Errors
    /// Every refusal of credentials, quotas and limits; `Unavailable` without a database.
    pub(crate) async fn admit(&self, shown: &Presented, from: IpAddr) -> Result<Caller, Refusal> {
        let caller = self.verify(shown, from).await?;
        if !caller.active {
            return Err(Refusal::Disabled);
        }
        self.charge(&caller)?;
        Ok(caller)
    }

    async fn verify(&self, shown: &Presented, from: IpAddr) -> Result<Caller, Refusal> {
        if self.production && is_published(shown) {
            return Err(Refusal::UnknownKey);
        }
        let secret = shown.secret.expose_secret().as_bytes();
        let family = shown.family.as_str().as_bytes();
        let tag = self.tags.hash(&[family, shown.key_id.as_bytes(), secret]);
        if let Known::Fresh(caller) = self.known(&tag) {
            return Ok(caller);
        }
        let turn = Turn::new(&self.looking, tag);
        let _looking = turn.lock.lock().await;
        // Whoever was first may have found it.
        let fits = match self.known(&tag) {
            Known::Fresh(caller) => return Ok(caller),
            Known::Stale(argon2) => Some(argon2),
            Known::Unknown => None,
        };
        let tries = self.begin_try(shown, from)?;
        let answer = self.look(shown, tag, fits.as_deref()).await;
        if !matches!(answer, Err(Refusal::UnknownKey | Refusal::WrongSecret)) {
            // Only failures count, so that nobody is kept out by his own traffic or by our troubles.
            tries.iter().for_each(|t| self.tries.give_back(t));
        }
        answer
    }

    fn known(&self, tag: &Tag) -> Known {
        self.verified.get(tag, Instant::now(), self.clock.now())
    }

    /// Reads the rows of the key id and finds the one whose secret this is.
    async fn look(
        &self,
        shown: &Presented,
        tag: Tag,
        fits: Option<&str>,
    ) -> Result<Caller, Refusal> {
        let epoch = self.verified.epoch();
        let checked = Instant::now();
        let rows = {
            let mut conn = self.pool.get().await?;
            Credential::good_for(&mut conn, shown.family, &shown.key_id, self.clock.now()).await?
        };
        let found = self.matching(&rows, shown);
        let Some(row) = found else {
            self.verified.forget(&tag);
            return Err(if rows.is_empty() {
                Refusal::UnknownKey
            } else {
                Refusal::WrongSecret
            });
        };
        if fits != Some(row.secret_argon2.as_str()) {
            self.prove(shown, row).await?;
        }
        let caller = row.caller();
        let entry = Entry {
            caller: caller.clone(),
            argon2: row.secret_argon2.as_str().into(),
            ends_at: row.ends_at(),
            checked,
        };
        self.verified.put(tag, entry, epoch);
        Ok(caller)
    }

    /// In constant time per row, and through all of them.
    fn matching<'r>(&self, rows: &'r [Credential], shown: &Presented) -> Option<&'r Credential> {
        let hash = credential::hash(&self.secrets, &shown.secret);
        rows.iter().fold(None, |found, row| {
            let same = bool::from(row.secret_hmac.ct_eq(&hash));
            if same { Some(row) } else { found }
        })
    }

    async fn prove(&self, shown: &Presented, row: &Credential) -> Result<(), Refusal> {
        let stored = row.secret_argon2.clone();
        match self.hasher.verify(shown.secret.clone(), stored).await {
            Ok(true) => Ok(()),
            // The keyed hash fitted: somebody wrote to the table, or the pepper leaked.
            Ok(false) => {
                tracing::error!(credential = %row.id, "a secret fits its keyed hash but not its Argon2 hash");
                Err(Refusal::WrongSecret)
            }
            Err(HashError::Busy(_)) => Err(Refusal::Busy {
                retry_after: RETRY_AFTER,
            }),
            Err(error) => {
                tracing::error!(%error, credential = %row.id, "a secret could not be checked");
                Err(Refusal::Internal)
            }
        }
    }

    fn begin_try(&self, shown: &Presented, from: IpAddr) -> Result<[Try; 2], Refusal> {
        let (from, now) = (Neighbourhood::from(from), Instant::now());
        let address = Try::Address(from);
        let key = Try::Key(from, shown.family, shown.key_id.clone());
        let refuse = |Exceeded(retry_after)| Refusal::TooManyTries { retry_after };
        self.tries
            .take(address.clone(), TRIES_PER_ADDRESS, now)
            .map_err(refuse)?;
        if let Err(exceeded) = self.tries.take(key.clone(), TRIES_PER_KEY, now) {
            self.tries.give_back(&address);
            return Err(refuse(exceeded));
        }
        Ok([address, key])
    }

    fn charge(&self, caller: &Caller) -> Result<(), Refusal> {
        let rpm = match caller.rate_limit_rpm {
            // Without limit: development only.
            Some(0) if !self.production => return Ok(()),
            Some(0) | None => self.default_rpm,
            Some(own) => own,
        };
        let with_burst = rpm.saturating_add(rpm / 5);
        let key = (caller.family, caller.key_id.clone());
        self.quota
            .take(key, with_burst, Instant::now())
            .map_err(|Exceeded(retry_after)| Refusal::QuotaExceeded { rpm, retry_after })
    }
}

type Looking = Mutex<HashMap<Tag, Arc<tokio::sync::Mutex<()>>>>;

/// A place in the queue of those who look at one credential. Given back also if the caller goes away meanwhile.
struct Turn<'a> {
    looking: &'a Looking,
    tag: Tag,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl<'a> Turn<'a> {
    fn new(looking: &'a Looking, tag: Tag) -> Self {
        let mut queues = looking.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = queues.entry(tag).or_default().clone();
        Self { looking, tag, lock }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queues = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's and ours: nobody else waits.
        if Arc::strong_count(&self.lock) == 2 {
            queues.remove(&self.tag);
        }
    }
}

fn is_published(shown: &Presented) -> bool {
    secrets::is_published(&shown.key_id) || secrets::is_published(shown.secret.expose_secret())
}
