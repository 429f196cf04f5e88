//! The banks' keys: what DNS says now, and what it was known to say.
//!
//! A key is learnt when it verified a mail and two resolvers gave it. From then on it proves mails that were handed over while it
//! stood in DNS, or a little before or after, also when the bank has changed to another: a mailbox may be read late. A key that
//! the bank took back proves nothing from that moment.

use super::asked::{Answer, Resolver, is_revoked};
use crate::rows::dkim_key::{self, KeyName};
use alerts::{Dns, DnsError};
use db::WorkerPool;
use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long before the first and after the last sight of a key in DNS it still proves mails: they travel, records are remembered,
/// and banks publish a key before they use it.
const SLACK: SignedDuration = SignedDuration::from_hours(48);
/// A key that was seen so lately is not written down again.
const FRESH: Duration = Duration::from_secs(600);
/// A key that one resolver calls revoked proves nothing for so long after.
const DISPUTED_FOR: Duration = Duration::from_secs(600);
/// Names that are remembered here. Past it all are forgotten, which costs a statement each.
const REMEMBERED: usize = 1000;
/// Kept keys are looked up again so often, until they have not been seen for so long.
const LOOK_UP_AFTER: SignedDuration = SignedDuration::from_hours(6);
const LOOK_UP_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What this process need not ask the database again.
#[derive(Default)]
struct Memory {
    /// Records that were written down, by their digest.
    seen: HashMap<[u8; 32], Instant>,
    /// Names whose revocation is disputed.
    disputed: HashMap<String, Instant>,
}

pub(crate) struct Keys {
    resolver: Resolver,
    pool: WorkerPool,
    clock: Clock,
    memory: Mutex<Memory>,
}

impl Keys {
    pub(crate) fn new(resolver: Resolver, pool: WorkerPool, clock: Clock) -> Self {
        Self {
            resolver,
            pool,
            clock,
            memory: Mutex::default(),
        }
    }

    /// Asks DNS, and keeps in mind what it says of a revocation.
    async fn ask(&self, name: &str) -> Answer {
        let answer = self.resolver.ask(name).await;
        if answer.revocation_disputed {
            let mut memory = self.memory();
            make_room(&mut memory.disputed);
            memory.disputed.insert(name.to_owned(), Instant::now());
        }
        answer
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn revoke(&self, name: &str) -> Result<(), DnsError> {
        let Some(key) = KeyName::parse(name) else {
            return Ok(());
        };
        let mut conn = self.pool.get().await.map_err(away)?;
        let revoked = dkim_key::revoke(&mut conn, &key, self.clock.now()).await;
        if revoked.map_err(away)? > 0 {
            tracing::warn!(name, "the bank has taken a key back");
        }
        Ok(())
    }

    async fn learn(&self, name: &str) -> Result<(), DnsError> {
        let Answer {
            records: Ok(records),
            agreed: true,
            ..
        } = self.ask(name).await
        else {
            return Ok(());
        };
        let (Some(key), [record]) = (KeyName::parse(name), records.as_slice()) else {
            return Ok(());
        };
        let digest = digest(name, record);
        let fresh = |at: &Instant| at.elapsed() < FRESH;
        if self.memory().seen.get(&digest).is_some_and(fresh) {
            return Ok(());
        }
        let mut conn = self.pool.get().await.map_err(away)?;
        let now = self.clock.now();
        let stored = dkim_key::seen(&mut conn, &key, &digest, record, now).await;
        stored.map_err(away)?;
        let mut memory = self.memory();
        make_room(&mut memory.seen);
        memory.seen.insert(digest, Instant::now());
        Ok(())
    }

    /// Looks again at the kept keys that were not seen lately. Returns how many still stand in DNS.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn refresh(&self) -> Result<usize, diesel::result::Error> {
        if !matches!(self.resolver, Resolver::Two(_)) {
            return Ok(0);
        }
        let now = self.clock.now();
        let ago = |age| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let (from, to) = (ago(LOOK_UP_FOR), ago(LOOK_UP_AFTER));
        let kept = dkim_key::to_look_up(&mut *self.pool.get().await?, from, to).await?;
        let mut standing = 0;
        for (key, known) in kept {
            let name = key.in_dns();
            let answer = self.ask(&name).await;
            let Answer {
                records: Ok(records),
                agreed: true,
                ..
            } = answer
            else {
                continue;
            };
            let mut conn = self.pool.get().await?;
            if is_revoked(&records) {
                dkim_key::revoke(&mut conn, &key, now).await?;
            } else if let [record] = records.as_slice()
                && digest(&name, record).as_slice() == known
            {
                dkim_key::seen(&mut conn, &key, &known, record, now).await?;
                standing += 1;
            }
        }
        Ok(standing)
    }
}

impl Dns for Keys {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let records = self.ask(name).await.records?;
        if is_revoked(&records) {
            self.revoke(name).await?;
        }
        Ok(records)
    }

    async fn kept(&self, name: &str, handed_over_at: Timestamp) -> Result<Vec<String>, DnsError> {
        let lately = |at: &Instant| at.elapsed() < DISPUTED_FOR;
        if self.memory().disputed.get(name).is_some_and(lately) {
            return Err(DnsError::TryLater);
        }
        let Some(key) = KeyName::parse(name) else {
            return Ok(Vec::new());
        };
        let from = handed_over_at.checked_sub(SLACK).unwrap_or(Timestamp::MIN);
        let to = handed_over_at.checked_add(SLACK).unwrap_or(Timestamp::MAX);
        let mut conn = self.pool.get().await.map_err(away)?;
        dkim_key::between(&mut conn, &key, from, to)
            .await
            .map_err(away)
    }

    async fn proved(&self, name: &str) {
        if matches!(self.resolver, Resolver::Two(_)) && self.learn(name).await.is_err() {
            tracing::debug!(name, "a key is learnt from a later mail");
        }
    }
}

/// Names and records that fit a key of the table.
fn digest(name: &str, record: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(name)
        .chain_update("\n")
        .chain_update(record)
        .finalize()
        .into()
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= REMEMBERED {
        map.clear();
    }
}

/// What the database does not say now, it may say later.
fn away(error: impl std::fmt::Display) -> DnsError {
    tracing::debug!(%error, "kept keys cannot be looked at now");
    DnsError::TryLater
}
