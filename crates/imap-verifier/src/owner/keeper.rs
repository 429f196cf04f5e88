use super::HealthSlot;
use crate::app::Shared;
use crate::oauth::{self, AccessToken};
use crate::reader::{self, Context, Failure, Reins, Target};
use crate::rows::Fence;
use crate::rows::mailbox::{self, MailboxRow, MailboxState};
use db::lease::{self, Lease};
use runtime::Backoff;
use runtime::backoff::{Jitter, Woken};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Keeps one mailbox being read while its lease lasts: renews the lease, and starts a session whenever there is none.
pub(super) struct Keeper {
    app: Shared,
    id: Uuid,
    lease: Lease,
    stop: CancellationToken,
    health: HealthSlot,
}

impl Keeper {
    pub(super) fn new(
        app: Shared,
        id: Uuid,
        lease: Lease,
        stop: CancellationToken,
        health: HealthSlot,
    ) -> Self {
        Self {
            app,
            id,
            lease,
            stop,
            health,
        }
    }

    pub(super) async fn run(self) {
        let reading = async {
            self.read().await;
            self.stop.cancel();
        };
        tokio::join!(reading, self.hold_lease());
        // The lease goes after the session has ended: the next owner finds nobody at work.
        let released =
            async { lease::release(&mut *self.app.db.worker.get().await?, &self.lease).await }
                .await;
        if let Err(error) = released {
            tracing::debug!(%error, "the lease runs out by itself");
        }
    }

    /// Renews until stopped, and stops the reading when the lease may be somebody else's.
    async fn hold_lease(&self) {
        let ttl = self.app.reading.lease_ttl;
        let mut renewed = Instant::now();
        while runtime::backoff::pause(ttl / 3, &self.stop).await == Woken::Elapsed {
            let renewal = async {
                lease::renew(&mut *self.app.db.worker.get().await?, &self.lease, ttl).await
            };
            match tokio::time::timeout(ttl, renewal).await {
                Ok(Ok(true)) => renewed = Instant::now(),
                Ok(Ok(false)) => {
                    tracing::warn!(mailbox = %self.id, "another replica took the mailbox over");
                    return self.stop.cancel();
                }
                Ok(Err(_)) | Err(_) if renewed.elapsed() >= ttl => {
                    tracing::warn!(mailbox = %self.id, "the lease could not be renewed in time");
                    return self.stop.cancel();
                }
                Ok(Err(error)) => tracing::debug!(%error, "the lease could not be renewed yet"),
                Err(_) => {}
            }
        }
    }

    async fn read(&self) {
        let mut backoff = Backoff::new(self.app.reading.retry, LONGEST_PAUSE, Jitter::Percent(25));
        let mut token = None;
        loop {
            let (failure, stood) = self.session(&mut token).await;
            self.health.store(false, Ordering::Relaxed);
            if stood {
                backoff.reset();
            }
            metrics::counter!("noxpay_mail_sessions_ended_total", "reason" => failure.code())
                .increment(1);
            if matches!(failure, Failure::Stopped | Failure::Superseded) {
                return;
            }
            tracing::warn!(mailbox = %self.id, code = failure.code(), %failure, "the mailbox cannot be read now");
            match self.note(&failure).await {
                Ok(MailboxState::Active) => {}
                Ok(_) => return,
                Err(error) => tracing::debug!(%error, "the failure could not be noted"),
            }
            if backoff.wait(&self.stop).await == Woken::Stopping {
                return;
            }
        }
    }

    /// Keeps the failure for the merchant. Gives back the mailbox's state: only an active one is tried again.
    async fn note(&self, failure: &Failure) -> Result<MailboxState, diesel::result::Error> {
        let mut conn = self.app.db.worker.get().await?;
        let now = self.app.clock.now();
        if !failure.is_refusal() {
            mailbox::failed(&mut conn, self.id, failure.code(), now).await?;
            return Ok(MailboxState::Active);
        }
        let state = mailbox::password_refused(&mut conn, self.id, failure.code(), now).await?;
        if state == Some(MailboxState::AuthFailed) {
            tracing::error!(mailbox = %self.id, %failure, "refused three times: a person must resume the mailbox");
            metrics::counter!("noxpay_mailboxes_auth_failed_total").increment(1);
        }
        Ok(state.unwrap_or(MailboxState::Paused))
    }

    /// One session, to its end. Also says whether it ever stood. `token` is the last access token, where such are used: one
    /// may be withdrawn before its end, so that a refused one is replaced once.
    async fn session(&self, token: &mut Option<AccessToken>) -> (Failure, bool) {
        let kept = token.as_ref().is_some_and(AccessToken::is_usable);
        let ended = self.one_session(token).await;
        if kept && matches!(ended, (Failure::Password, _)) {
            *token = None;
            return self.one_session(token).await;
        }
        ended
    }

    async fn one_session(&self, token: &mut Option<AccessToken>) -> (Failure, bool) {
        let context = match self.context(token).await {
            Ok(Some(context)) => Arc::new(context),
            Ok(None) => return (Failure::Stopped, false),
            Err(failure) => return (failure, false),
        };
        let health = self.health.clone();
        let thread =
            self.app
                .shutdown
                .spawn_thread(format!("imap-{}", self.id.simple()), move || {
                    let mut stood = false;
                    let failure = reader::run(&context, || {
                        stood = true;
                        health.store(true, Ordering::Relaxed);
                    });
                    (failure, stood)
                });
        match thread {
            // The sender is dropped where the thread panicked.
            Ok(ended) => ended.await.unwrap_or((Failure::Panicked, false)),
            Err(_) => (Failure::Lost("no thread"), false),
        }
    }

    /// `None` where the mailbox should not be read any more.
    async fn context(&self, token: &mut Option<AccessToken>) -> Result<Option<Context>, Failure> {
        let row = {
            let mut conn = self.app.db.worker.get().await?;
            MailboxRow::find(&mut conn, self.id).await?
        };
        let Some(row) = row.filter(|r| r.state == MailboxState::Active) else {
            return Ok(None);
        };
        let Some(server) = row.server() else {
            return Ok(None);
        };
        let target = Target {
            login: oauth::login(&self.app, &row, token).await?,
            folder: row.folder().map(str::to_owned),
            host: server.host,
            port: server.port,
            username: server.username,
        };
        Ok(Some(Context {
            app: self.app.clone(),
            mailbox: self.id,
            merchant: row.merchant_id,
            live: row.live,
            target,
            fence: Fence {
                mailbox: self.id,
                token: self.lease.token,
            },
            reins: Reins::new(self.stop.clone(), self.app.clock.clone(), None),
            runtime: Handle::current(),
        }))
    }
}
