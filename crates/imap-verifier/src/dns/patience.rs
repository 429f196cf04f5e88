//! How long one mailbox's mails may wait for DNS: anybody can send mails under the bank's name whose keys lie with servers that
//! never answer.

use alerts::{Dns, DnsError};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// All questions about keys that never verified anything here wait for so long in a minute…
const MINUTE: Duration = Duration::from_secs(60);
const ALLOWED: Duration = Duration::from_secs(10);
/// …and after that for so long each: what is remembered is answered at once.
const AT_LEAST: Duration = Duration::from_millis(50);
/// For a key that verified a mail here before.
const KNOWN: Duration = Duration::from_secs(10);
/// A name that was not answered for is not asked for again so soon.
const SILENT_FOR: Duration = Duration::from_secs(5);
/// Names that are remembered. Past it all are forgotten.
const REMEMBERED: usize = 1000;

/// What one mailbox has waited for.
pub(crate) struct Patience(Mutex<Waited>);

struct Waited {
    since: Instant,
    spent: Duration,
    known: HashSet<String>,
    silent: HashMap<String, Instant>,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Waited {
            since: Instant::now(),
            spent: Duration::ZERO,
            known: HashSet::new(),
            silent: HashMap::new(),
        }))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Waited) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Waited {
    /// How long a question may take. `None`: it was asked just now.
    fn allowed(&mut self, name: &str) -> Option<Duration> {
        if self.since.elapsed() >= MINUTE {
            self.since = Instant::now();
            self.spent = Duration::ZERO;
        }
        let silent = self.silent.get(name);
        if silent.is_some_and(|at| at.elapsed() < SILENT_FOR) {
            return None;
        }
        Some(match self.known.contains(name) {
            true => KNOWN,
            false => ALLOWED.saturating_sub(self.spent).max(AT_LEAST),
        })
    }

    fn took(&mut self, name: &str, time: Duration, answered: bool) {
        if !self.known.contains(name) {
            self.spent += time;
        }
        if answered {
            self.silent.remove(name);
            return;
        }
        if self.silent.len() >= REMEMBERED {
            self.silent.clear();
        }
        self.silent.insert(name.to_owned(), Instant::now());
    }

    fn proved(&mut self, name: &str) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(name.to_owned());
    }
}

/// A source of keys that is asked with one mailbox's patience.
pub(crate) struct Impatient<'a, D>(pub(crate) &'a D, pub(crate) &'a Patience);

impl<D: Dns> Dns for Impatient<'_, D> {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let Impatient(dns, patience) = self;
        let Some(allowed) = patience.with(|waited| waited.allowed(name)) else {
            return Err(DnsError::TryLater);
        };
        let asked = Instant::now();
        let answer = tokio::time::timeout(allowed, dns.txt(name)).await;
        let answer = answer.unwrap_or(Err(DnsError::TryLater));
        let answered = answer != Err(DnsError::TryLater);
        patience.with(|waited| waited.took(name, asked.elapsed(), answered));
        answer
    }

    async fn kept(&self, name: &str, handed_over_at: Timestamp) -> Result<Vec<String>, DnsError> {
        self.0.kept(name, handed_over_at).await
    }

    async fn proved(&self, name: &str) {
        let Impatient(dns, patience) = self;
        patience.with(|waited| waited.proved(name));
        // It was answered just now, and another resolver may yet be slow.
        let _ = tokio::time::timeout(KNOWN, dns.proved(name)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Never answers.
    struct Silent;

    impl Dns for Silent {
        async fn txt(&self, _: &str) -> Result<Vec<String>, DnsError> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_thousand_invented_selectors_cost_one_mailbox_little() {
        let patience = Patience::new();
        let dns = Impatient(&Silent, &patience);
        let mut spent = Duration::ZERO;
        for n in 0..1000 {
            let name = n.to_string();
            let allowed = patience.with(|w| w.allowed(&name)).unwrap();
            patience.with(|w| w.took(&name, allowed, false));
            spent += allowed;
        }
        assert!(spent <= ALLOWED + 1000 * AT_LEAST, "{spent:?}");
        // The bank's own key is still waited for, and a silent one is not asked for twice in a row.
        patience.with(|w| w.proved("known"));
        assert_eq!(patience.with(|w| w.allowed("known")), Some(KNOWN));
        assert_eq!(dns.txt("invented").await, Err(DnsError::TryLater));
        assert_eq!(patience.with(|w| w.allowed("invented")), None);
    }
}
