//! How often something may be done per minute or hour, by a sliding window: what the last one saw, estimated from two counters,
//! so that a key costs a few bytes whatever its limit. Each replica counts for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Beyond this many keys those of the last windows are forgotten: a flood of addresses must not eat the memory.
const MOST_KEYS: usize = 100_000;

/// Counts per key.
pub(crate) struct Limiter<K> {
    /// Of one window.
    length: Duration,
    windows: Mutex<HashMap<K, Window>>,
}

#[derive(Clone, Copy)]
struct Window {
    begin: Instant,
    current: u32,
    previous: u32,
}

/// The limit is reached; after this time there is room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded(pub Duration);

impl<K: Eq + Hash> Limiter<K> {
    /// Per minute.
    pub(crate) fn new() -> Self {
        Self::per(Duration::from_secs(60))
    }

    pub(crate) fn per_hour() -> Self {
        Self::per(Duration::from_secs(3600))
    }

    fn per(length: Duration) -> Self {
        Self {
            length,
            windows: Mutex::new(HashMap::new()),
        }
    }

    /// Counts one at the real time `at`, if the window before it saw fewer than `most`. A refused try counts nothing.
    ///
    /// # Errors
    /// [`Exceeded`] with the time to wait.
    pub(crate) fn take(&self, key: K, most: u32, at: Instant) -> Result<(), Exceeded> {
        let mut windows = self.lock();
        if windows.len() >= MOST_KEYS && !windows.contains_key(&key) {
            windows.retain(|_, w| at.saturating_duration_since(w.begin) < self.length * 2);
            if windows.len() >= MOST_KEYS {
                windows.clear();
            }
        }
        let window = windows.entry(key).or_insert(Window {
            begin: at,
            current: 0,
            previous: 0,
        });
        window.slide_to(at, self.length);
        match window.wait(most, at, self.length) {
            Some(wait) => Err(Exceeded(wait)),
            None => {
                window.current += 1;
                Ok(())
            }
        }
    }

    /// Takes one back: it turned out not to be what is counted.
    pub(crate) fn give_back(&self, key: &K) {
        if let Some(window) = self.lock().get_mut(key) {
            window.current = window.current.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Window>> {
        // Every change is one assignment.
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn slide_to(&mut self, at: Instant, length: Duration) {
        let age = at.saturating_duration_since(self.begin);
        if age >= length * 2 {
            *self = Self {
                begin: at,
                current: 0,
                previous: 0,
            };
        } else if age >= length {
            *self = Self {
                begin: self.begin + length,
                current: 0,
                previous: self.current,
            };
        }
    }

    /// How long until the estimate falls below `most`; `None` if it is below.
    fn wait(&self, most: u32, at: Instant, length: Duration) -> Option<Duration> {
        let window = millis(length);
        let age = millis(at.saturating_duration_since(self.begin)).min(window);
        let (current, previous) = (u64::from(self.current), u64::from(self.previous));
        let most = u64::from(most);
        if most == 0 {
            return Some(length);
        }
        // The part of the previous window that the last one still covers.
        let seen = current + previous * (window - age) / window;
        if seen < most {
            return None;
        }
        let ms = if current < most {
            fall_below(previous, most - current, window).saturating_sub(age)
        } else {
            window - age + fall_below(current, most, window)
        };
        Some(Duration::from_millis(ms.max(1)))
    }
}

/// Milliseconds into a window until what is left of `count` lies below `room` (at least 1).
fn fall_below(count: u64, room: u64, window: u64) -> u64 {
    if count < room {
        return 0;
    }
    // count × (window − t) / window, rounded down, is below room once count × (window − t) < room × window.
    window - (room * window - 1) / count
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// One household or server: a v4 address, or a v6 network of 64 bits, which one caller usually has whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Neighbourhood(IpAddr);

impl From<IpAddr> for Neighbourhood {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self(ip.into()),
            IpAddr::V6(ip) => Self(Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(limiter: &Limiter<u8>, tries: u32, most: u32, at: Instant) -> usize {
        (0..tries)
            .filter(|_| limiter.take(1, most, at).is_ok())
            .count()
    }

    #[test]
    fn a_minute_sees_no_more_than_the_limit() {
        let (limiter, begin) = (Limiter::new(), Instant::now());
        let after = |s| begin + Duration::from_secs(s);
        assert_eq!(allowed(&limiter, 200, 120, begin), 120);
        assert_eq!(allowed(&limiter, 200, 120, after(59)), 0);
        // Half of the first minute still counts.
        assert_eq!(allowed(&limiter, 200, 120, after(90)), 60);
        assert_eq!(allowed(&limiter, 200, 120, after(500)), 120);
    }

    #[test]
    fn after_the_time_to_wait_there_is_room() {
        for (most, second) in [(1, 0), (7, 13), (120, 59), (120, 90), (6_000, 119)] {
            let (limiter, begin) = (Limiter::new(), Instant::now());
            allowed(&limiter, most, most, begin);
            let at = begin + Duration::from_secs(second);
            let mut last = Ok(());
            while last.is_ok() {
                last = limiter.take(1, most, at);
            }
            let Exceeded(wait) = last.unwrap_err();
            let early = at + wait - Duration::from_millis(1);
            assert!(
                limiter.take(1, most, early).is_err(),
                "{most} {second} {wait:?}"
            );
            assert!(
                limiter.take(1, most, at + wait).is_ok(),
                "{most} {second} {wait:?}"
            );
        }
    }

    #[test]
    fn what_is_given_back_was_never_counted() {
        let (limiter, begin) = (Limiter::new(), Instant::now());
        for _ in 0..100 {
            assert!(limiter.take(1, 1, begin).is_ok());
            limiter.give_back(&1);
        }
    }

    #[test]
    fn a_v6_network_is_one_neighbour() {
        let of = |text: &str| Neighbourhood::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_room() {
        let (limiter, begin) = (Limiter::new(), Instant::now());
        for key in 0..=MOST_KEYS {
            assert!(limiter.take(key, 1, begin).is_ok());
        }
        assert!(limiter.lock().len() <= MOST_KEYS);
    }
}
