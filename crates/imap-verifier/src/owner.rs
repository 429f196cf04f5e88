//! Which mailboxes this replica reads.
//!
//! Every replica looks every second at which mailboxes should be read, takes free ones up to its share by a fenced lease,
//! and runs a keeper for each. A replica makes itself known by a lease of its own, so that a share is all mailboxes divided
//! by those who are alive. Leases only save work: two who read the same mailbox are told apart by the cursor.

mod keeper;
mod replicas;

use crate::app::{App, Shared};
use crate::rows::mailbox;
use db::lease::{self, Lease};
use runtime::health::HealthFlag;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often other replicas' and other processes' changes are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How many mailboxes are taken at once: each is a connection, and servers bear only so many new ones in a second.
const MOST_AT_ONCE: usize = 50;
/// Whoever holds too many gives up this part of the surplus at once. What is given up is unread until another takes it.
const PART_OF_SURPLUS: usize = 4;

/// A mailbox that this replica reads.
struct Held {
    stop: CancellationToken,
    /// Fired when its keeper has ended.
    gone: CancellationToken,
    /// Whether it is being read at this moment.
    health: HealthSlot,
}

/// Set by a keeper while its session stands.
type HealthSlot = Arc<AtomicBool>;

/// Owns this replica's keepers.
pub(crate) struct Owner {
    app: Shared,
    /// Names this process in the leases.
    me: Uuid,
    held: HashMap<Uuid, Held>,
    health: HealthFlag,
}

impl Owner {
    pub(crate) fn new(app: Shared, health: HealthFlag) -> Self {
        Self {
            app,
            me: Uuid::new_v4(),
            held: HashMap::new(),
            health,
        }
    }

    /// Works until the soft token fires. Keepers then give their mailboxes up by themselves.
    ///
    /// # Errors
    /// None: it is a task for `Shutdown::spawn`.
    pub(crate) async fn run(mut self) -> Result<(), Infallible> {
        let soft = self.app.shutdown.soft.clone();
        loop {
            match self.round().await {
                Ok(()) => self.report(),
                Err(error) => tracing::warn!(%error, "cannot look for mailboxes to read"),
            }
            tokio::select! {
                () = soft.cancelled() => break,
                () = self.app.mailboxes_changed.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        let signed_off =
            async { replicas::sign_off(&mut *self.app.db.worker.get().await?, self.me).await };
        if let Err(error) = signed_off.await {
            tracing::debug!(%error, "the others will notice by themselves that this replica is gone");
        }
        Ok(())
    }

    /// Stops what should not be read here, and takes what is free.
    async fn round(&mut self) -> Result<(), diesel::result::Error> {
        self.held.retain(|_, held| !held.gone.is_cancelled());
        let mut conn = self.app.db.worker.get().await?;
        let ttl = self.app.reading.lease_ttl;
        let standing = replicas::sign_on(&mut conn, self.me, ttl.max(LOOK * 3)).await?;
        let wanted = mailbox::wanted(&mut conn).await?;
        let ids: HashSet<Uuid> = wanted.iter().map(|w| w.id).collect();
        for (id, held) in &self.held {
            if !ids.contains(id) {
                held.stop.cancel();
            }
        }
        let share = standing.share(wanted.len());
        let reading = self.held.values().filter(|h| !h.stop.is_cancelled());
        let mine = reading.clone().count();
        let surplus = mine.saturating_sub(share);
        for held in reading.take(surplus.div_ceil(PART_OF_SURPLUS)) {
            held.stop.cancel();
        }
        let free = wanted
            .iter()
            .filter(|w| !w.held && !self.held.contains_key(&w.id));
        let taken: Vec<Uuid> = free
            .map(|w| w.id)
            .take(share.saturating_sub(mine).min(MOST_AT_ONCE))
            .collect();
        for id in taken {
            if let Some(lease) =
                lease::try_acquire(&mut conn, &format!("mailbox:{id}"), self.me, ttl).await?
            {
                self.keep(id, lease);
            }
        }
        Ok(())
    }

    fn keep(&mut self, id: Uuid, lease: Lease) {
        let held = Held {
            stop: self.app.shutdown.soft.child_token(),
            gone: CancellationToken::new(),
            health: HealthSlot::default(),
        };
        let keeper = keeper::Keeper::new(
            self.app.clone(),
            id,
            lease,
            held.stop.clone(),
            held.health.clone(),
        );
        // Fires also when the keeper panics or is dropped.
        let gone = held.gone.clone().drop_guard();
        self.app.shutdown.spawn_job("mailbox", async move {
            keeper.run().await;
            drop(gone);
        });
        self.held.insert(id, held);
    }

    /// How many mailboxes are held, and how many of them are not being read.
    fn report(&self) {
        let standing = |h: &&Held| h.health.load(Ordering::Relaxed);
        let (held, reading) = (self.held.len(), self.held.values().filter(standing).count());
        metrics::gauge!("noxpay_mailboxes_held").set(u32::try_from(held).unwrap_or(u32::MAX));
        metrics::gauge!("noxpay_mailboxes_read").set(u32::try_from(reading).unwrap_or(u32::MAX));
        match held.saturating_sub(reading) {
            0 => self.health.up(),
            behind => self.health.down(format_args!(
                "{behind} of {held} mailboxes cannot be read now"
            )),
        }
    }
}

/// Tells the owner that mailboxes were added, paused, resumed or removed, or that a merchant was.
pub(crate) fn wake(app: &App) {
    app.mailboxes_changed.notify_one();
}
