//! Credentials that were verified a moment ago.

use super::Caller;
use domain::ids::MerchantId;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer of the database holds while revocations reach us.
const FRESH: Duration = Duration::from_secs(5);
/// And while they may not: the link is down, or silent.
const FRESH_WITHOUT_LINK: Duration = Duration::from_secs(1);
/// A link that said nothing for so long is taken for dead.
const SILENCE: Duration = Duration::from_secs(1);
/// More credentials than one replica serves in a few seconds.
const MOST: usize = 20_000;

/// The keyed hash of family, key id and secret: only the same three find an entry.
pub(crate) type Tag = [u8; 32];

/// What was verified. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Verified(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    entries: HashMap<Tag, Entry>,
    /// Grows with every revocation: what was read before one is not kept after it.
    epoch: u64,
    /// When the link last proved to be alive.
    heard: Option<Instant>,
}

/// A verified credential.
#[derive(Clone)]
pub(crate) struct Entry {
    pub caller: Caller,
    /// The hash that the secret was found to fit: while it stands, Argon2 need not run again.
    pub argon2: Arc<str>,
    /// A rotated secret's end, by the clock of business rules.
    pub ends_at: Option<Timestamp>,
    pub checked: Instant,
}

/// What is known about a tag.
pub(crate) enum Known {
    /// Good without asking anybody.
    Fresh(Caller),
    /// The row must be looked at again. If it still has this hash, the secret fits.
    Stale(Arc<str>),
    Unknown,
}

impl Verified {
    /// What is known about the credential, at the real time `at` and the clock's `now`.
    pub(crate) fn get(&self, tag: &Tag, at: Instant, now: Timestamp) -> Known {
        let state = self.lock();
        let Some(entry) = state.entries.get(tag) else {
            return Known::Unknown;
        };
        let linked = state
            .heard
            .is_some_and(|heard| at.saturating_duration_since(heard) < SILENCE);
        let fresh = if linked { FRESH } else { FRESH_WITHOUT_LINK };
        let ended = entry.ends_at.is_some_and(|end| end <= now);
        if ended || at.saturating_duration_since(entry.checked) >= fresh {
            return Known::Stale(entry.argon2.clone());
        }
        Known::Fresh(entry.caller.clone())
    }

    /// To be taken before the row is read.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// Keeps what was verified, unless something was revoked since `epoch`.
    pub(crate) fn put(&self, tag: Tag, entry: Entry, epoch: u64) {
        let mut state = self.lock();
        if state.epoch != epoch {
            return;
        }
        if state.entries.len() >= MOST {
            let now = entry.checked;
            state
                .entries
                .retain(|_, e| now.saturating_duration_since(e.checked) < FRESH);
            if state.entries.len() >= MOST {
                state.entries.clear();
            }
        }
        state.entries.insert(tag, entry);
    }

    /// The row is gone or no longer fits.
    pub(crate) fn forget(&self, tag: &Tag) {
        self.lock().entries.remove(tag);
    }

    /// Something about the merchant changed: a key was revoked or rotated, the merchant disabled.
    pub(crate) fn forget_merchant(&self, merchant: MerchantId) {
        let mut state = self.lock();
        state.epoch += 1;
        state.entries.retain(|_, e| e.caller.merchant != merchant);
    }

    /// The link stands again after a gap in which anything may have been revoked.
    pub(crate) fn forget_all(&self) {
        let mut state = self.lock();
        state.epoch += 1;
        state.entries.clear();
    }

    /// The link was alive at `at`.
    pub(crate) fn heard(&self, at: Instant) {
        self.lock().heard = Some(at);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is whole before the lock is given back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Family;
    use domain::{Clock, Mode};

    const TAG: Tag = [7; 32];

    fn entry(checked: Instant, ends_at: Option<Timestamp>) -> Entry {
        Entry {
            caller: Caller {
                merchant: MerchantId::from_uuid(uuid::Uuid::nil()),
                mode: Mode::Test,
                family: Family::ClientId,
                key_id: "k".into(),
                credential: uuid::Uuid::nil(),
                active: true,
                rate_limit_rpm: None,
            },
            argon2: "$argon2id$".into(),
            ends_at,
            checked,
        }
    }

    fn fresh(verified: &Verified, at: Instant) -> bool {
        matches!(verified.get(&TAG, at, Clock::new().now()), Known::Fresh(_))
    }

    #[test]
    fn while_the_link_is_down_entries_older_than_a_second_are_checked_again() {
        let (verified, begin) = (Verified::default(), Instant::now());
        let after = |ms| begin + Duration::from_millis(ms);
        verified.put(TAG, entry(begin, None), verified.epoch());
        // The link never stood.
        assert!(fresh(&verified, after(999)));
        assert!(!fresh(&verified, after(1_000)));
        // It was alive half a second ago.
        verified.heard(after(4_000));
        assert!(fresh(&verified, after(4_500)));
        // It has been silent for a second.
        assert!(!fresh(&verified, after(5_000)));
        // However alive it is, five seconds are the end.
        verified.heard(after(5_000));
        assert!(!fresh(&verified, after(5_000)));
    }

    #[test]
    fn a_rotated_secret_ends_on_time_though_it_is_fresh() {
        let (verified, begin, now) = (Verified::default(), Instant::now(), Clock::new().now());
        verified.put(TAG, entry(begin, Some(now)), 0);
        assert!(matches!(verified.get(&TAG, begin, now), Known::Stale(_)));
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_kept_after_it() {
        let (verified, begin) = (Verified::default(), Instant::now());
        let epoch = verified.epoch();
        verified.forget_merchant(MerchantId::from_uuid(uuid::Uuid::nil()));
        verified.put(TAG, entry(begin, None), epoch);
        assert!(!fresh(&verified, begin));
    }

    #[test]
    fn a_revocation_forgets_the_merchant_and_nobody_else() {
        let (verified, begin) = (Verified::default(), Instant::now());
        verified.put(TAG, entry(begin, None), 0);
        verified.forget_merchant(MerchantId::from_uuid(uuid::Uuid::max()));
        assert!(fresh(&verified, begin));
        verified.forget_merchant(MerchantId::from_uuid(uuid::Uuid::nil()));
        assert!(!fresh(&verified, begin));
    }

    #[test]
    fn many_credentials_take_bounded_room() {
        let (verified, begin) = (Verified::default(), Instant::now());
        for n in 0..=MOST {
            let mut tag = TAG;
            tag[..8].copy_from_slice(&n.to_be_bytes());
            verified.put(tag, entry(begin, None), 0);
        }
        assert!(verified.lock().entries.len() <= MOST);
    }
}
