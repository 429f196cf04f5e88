//! How many wait for events at once: each costs the dispatcher a look at its database now and then.

use db::Scope;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of one merchant in one mode, at one replica.
const MOST: u32 = 10;

/// Counts those who wait. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Polls(Arc<Mutex<HashMap<Scope, u32>>>);

/// One who waits, for as long as it lives.
pub(crate) struct Poll {
    polls: Polls,
    scope: Scope,
}

impl Polls {
    /// `None` where too many wait already.
    pub(crate) fn begin(&self, scope: Scope) -> Option<Poll> {
        let mut waiting = self.lock();
        let count = waiting.entry(scope).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Poll {
            polls: self.clone(),
            scope,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, u32>> {
        // Every change is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        let mut waiting = self.polls.lock();
        match waiting.get_mut(&self.scope) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                waiting.remove(&self.scope);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Mode;
    use domain::ids::MerchantId;

    #[test]
    fn one_who_goes_makes_room_for_another() {
        let polls = Polls::default();
        let scope = |mode| Scope {
            merchant: MerchantId::from_uuid(uuid::Uuid::nil()),
            mode,
        };
        let mut waiting: Vec<_> = (0..MOST)
            .map_while(|_| polls.begin(scope(Mode::Test)))
            .collect();
        assert_eq!(waiting.len(), 10);
        assert!(polls.begin(scope(Mode::Test)).is_none());
        assert!(polls.begin(scope(Mode::Live)).is_some());
        waiting.pop();
        assert!(polls.begin(scope(Mode::Test)).is_some());
        waiting.clear();
        assert!(polls.lock().is_empty());
    }
}
