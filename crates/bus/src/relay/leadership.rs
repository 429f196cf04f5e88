use std::time::{Duration, Instant};

use db::{Connection, lease, lease::Lease};
use diesel::result::Error;
use uuid::Uuid;

const NAME: &str = "outbox-relay";
/// How long payments wait after a relay was killed. Two relays at once only waste effort, so that it can be short.
pub(super) const TTL: Duration = Duration::from_secs(3);
const RENEW: Duration = Duration::from_secs(1);

/// Whether this relay is the one at work.
pub(super) struct Leadership {
    holder: Uuid,
    /// The lease, and when it was last asked for.
    held: Option<(Lease, Instant)>,
}

impl Leadership {
    pub(super) fn new() -> Self {
        Self {
            holder: Uuid::new_v4(),
            held: None,
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Takes or keeps the lease. False while another relay has it.
    pub(super) async fn ensure(&mut self, conn: &mut Connection) -> Result<bool, Error> {
        let asked = Instant::now();
        if let Some((lease, last)) = &mut self.held {
            if last.elapsed() < RENEW {
                return Ok(true);
            }
            if lease::renew(conn, lease, TTL).await? {
                *last = asked;
                return Ok(true);
            }
            tracing::info!("another relay has taken over");
            self.held = None;
            return Ok(false);
        }
        let lease = lease::try_acquire(conn, NAME, self.holder, TTL).await?;
        self.held = lease.map(|lease| (lease, asked));
        Ok(self.is_held())
    }

    /// Lets the next relay begin at once.
    pub(super) async fn give_up(&mut self, conn: &mut Connection) {
        if let Some((lease, _)) = self.held.take()
            && let Err(error) = lease::release(conn, &lease).await
        {
            tracing::debug!(%error, "the relay's lease runs out by itself");
        }
    }
}
