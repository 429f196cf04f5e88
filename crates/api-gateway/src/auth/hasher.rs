//! Argon2id, at most one hash in flight per core.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may wait for each hash in flight: about a third of a second at 19 MiB and 20 ms.
const WAITING_PER_CORE: usize = 16;
/// When a caller who was turned away may come again.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why no hash was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashError {
    /// Too many wait already.
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("the secret could not be hashed: {0}")]
    Failed(String),
}

/// Every place in the queue is taken.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many secrets are being checked")]
pub(crate) struct Busy;

/// Hashes and checks secrets with Argon2id (19 MiB, 2 passes). Clones share the queue, which is first come, first served.
#[derive(Clone)]
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    begun: Arc<AtomicU64>,
}

impl Hasher {
    /// One hash in flight per core of this machine.
    pub(crate) fn new() -> Self {
        Self::with_cores(std::thread::available_parallelism().map_or(1, NonZero::get))
    }

    fn with_cores(cores: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores * (1 + WAITING_PER_CORE))),
            begun: Arc::default(),
        }
    }

    /// The hash to store, in PHC form.
    pub(crate) async fn hash(&self, secret: SecretString) -> Result<String, HashError> {
        self.run(move || {
            let hash = Argon2::default().hash_password(secret.expose_secret().as_bytes());
            hash.map(|h| h.to_string()).map_err(|e| e.to_string())
        })
        .await?
        .map_err(HashError::Failed)
    }

    /// Whether `stored`, in PHC form, is the hash of `secret`.
    pub(crate) async fn verify(
        &self,
        secret: SecretString,
        stored: String,
    ) -> Result<bool, HashError> {
        self.run(move || {
            let hash = PasswordHash::new(&stored).map_err(|e| e.to_string())?;
            let shown = secret.expose_secret().as_bytes();
            Ok(Argon2::default().verify_password(shown, &hash).is_ok())
        })
        .await?
        .map_err(HashError::Failed)
    }

    /// How many hashes were begun so far.
    #[cfg(test)]
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    async fn run<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        // Nobody closes the semaphore.
        let turn = self
            .running
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| Busy)?;
        self.begun.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("noxpay_gateway_argon2_total").increment(1);
        let held: [OwnedSemaphorePermit; 2] = [place, turn];
        tokio::task::spawn_blocking(move || {
            // The hash goes on if its caller goes away: it holds its turn until it is done.
            let _held = held;
            work()
        })
        .await
        .map_err(|e| HashError::Failed(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_secret_only() {
        let hasher = Hasher::new();
        let stored = hasher.hash("sk_live_a".into()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            hasher
                .verify("sk_live_a".into(), stored.clone())
                .await
                .unwrap()
        );
        assert!(!hasher.verify("sk_live_b".into(), stored).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_and_never_runs_beside_itself() {
        let hasher = Hasher::with_cores(1);
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let first = hasher.run(move || gate.recv().is_ok());
        let running = AtomicU64::new(0);
        let rest = (0..40).map(|_| hasher.run(|| ()));
        let flood = async {
            let answers = futures_util::future::join_all(rest).await;
            running.store(hasher.begun(), Ordering::Relaxed);
            answers
        };
        let free = async {
            // The others have asked by now: all of them stand before this future in `join!`.
            assert_eq!(hasher.begun(), 1);
            release.send(()).unwrap();
        };
        let (first, answers, ()) = tokio::join!(first, flood, free);
        assert!(first.unwrap());
        let served = answers.iter().filter(|a| a.is_ok()).count();
        assert_eq!(served, WAITING_PER_CORE);
        assert!(
            answers
                .iter()
                .all(|a| matches!(a, Ok(()) | Err(HashError::Busy(_))))
        );
        assert_eq!(running.load(Ordering::Relaxed), 1 + 16);
    }
}
