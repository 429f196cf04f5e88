use super::connect::{Target, examine};
use super::failure::Failure;
use super::folder;
use super::scan::Scanner;
use super::wire::{Reins, Wire};
use crate::app::Shared;
use crate::rows::{Fence, mailbox};
use crate::watermark;
use db::WorkerPool;
use imap::Session;
use imap::types::UnsolicitedResponse;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use uuid::Uuid;

/// A server that cannot IDLE is asked so often.
const POLL: Duration = Duration::from_secs(5);
/// What may arrive during one IDLE: notices of a line each.
const NOTICES: usize = 1024 * 1024;

/// What a session works on and with.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) app: Shared,
    pub(crate) mailbox: Uuid,
    pub(crate) merchant: Uuid,
    pub(crate) live: bool,
    pub(crate) target: Target,
    pub(crate) fence: Fence,
    pub(crate) reins: Reins,
    pub(crate) runtime: Handle,
}

impl Context {
    pub(super) fn pool(&self) -> &WorkerPool {
        &self.app.db.worker
    }

    /// Waits for the database from the session's own thread.
    pub(super) fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

/// Reads the mailbox until something ends it. `established` is called once the folder is open.
pub(crate) fn run(context: &Arc<Context>, established: impl FnOnce()) -> Failure {
    match read(context, established) {
        Ok(never) => match never {},
        Err(failure) if context.reins.is_stopped() && !matches!(failure, Failure::Superseded) => {
            Failure::Stopped
        }
        Err(failure) => failure,
    }
}

enum Never {}

fn read(context: &Arc<Context>, established: impl FnOnce()) -> Result<Never, Failure> {
    let (target, reins) = (&context.target, &context.reins);
    tracing::info!(mailbox = %context.mailbox, "Connecting to IMAP {}…", target.host);
    let logged_in = context.app.connector.log_in(target, reins)?;
    let mut session = logged_in.session;
    let folder = folder::find(&mut session, target, reins)?;
    let uidvalidity = i64::from(examine(&mut session, &folder, reins)?.uidvalidity);
    tracing::info!(mailbox = %context.mailbox, "IMAP Logged in. Watching mailbox {folder}…");
    let last_uid = context.wait(take_over(context, uidvalidity, &folder))?;
    established();

    let mut scanner = Scanner::new(context, uidvalidity, last_uid);
    let mut announced: Option<Instant> = None;
    let mut told = false;
    loop {
        let scanned = scanner.scan(&mut session)?;
        let due = announced.is_none_or(|at| at.elapsed() >= context.app.reading.watermark);
        let moved = reins.take_clock_moved();
        if scanned.said_something || due || moved {
            context.wait(watermark::announce(
                &context.app,
                context.fence,
                uidvalidity,
                scanned.up_to,
            ))?;
            announced = Some(Instant::now());
        }
        if !std::mem::replace(&mut told, true) {
            tracing::info!(mailbox = %context.mailbox, idle = logged_in.can_idle, "Entering IDLE loop…");
        }
        let left = announced.map_or(Duration::ZERO, |at| {
            context.app.reading.watermark.saturating_sub(at.elapsed())
        });
        wait_for_mail(context, &mut session, logged_in.can_idle, left)?;
    }
}

/// Makes us the mailbox's only reader, and finds out where to go on.
async fn take_over(context: &Context, uidvalidity: i64, folder: &str) -> Result<i64, Failure> {
    let mut conn = context.pool().get().await?;
    let position = context.fence.claim(&mut conn).await?;
    if context.target.folder.is_none()
        && !mailbox::choose_folder(&mut conn, context.mailbox, folder).await?
    {
        // Somebody chose while we looked: the next session reads what was chosen.
        return Err(Failure::Superseded);
    }
    mailbox::connected(&mut conn, context.mailbox).await?;
    if position.uidvalidity == uidvalidity {
        return Ok(position.last_uid);
    }
    if position.uidvalidity != 0 {
        tracing::warn!(mailbox = %context.mailbox, "the server numbers its messages anew: reading all of them again");
        metrics::counter!("noxpay_mail_rescans_total").increment(1);
    }
    context.fence.start_over(&mut conn, uidvalidity).await?;
    Ok(0)
}

/// Returns when there may be something new, when the watermark is due, or when woken.
fn wait_for_mail(
    context: &Context,
    session: &mut Session<Wire>,
    can_idle: bool,
    left: Duration,
) -> Result<(), Failure> {
    let longest = context
        .app
        .reading
        .idle
        .min(left.max(Duration::from_millis(20)));
    if !can_idle {
        return context
            .reins
            .sleep(longest.min(POLL))
            .map_err(|e| Failure::of(&e.into()));
    }
    context.reins.allow(NOTICES);
    let mut idle = session.idle();
    idle.timeout(longest).keepalive(false);
    let waited = idle.wait_while(|notice| {
        !matches!(
            notice,
            UnsolicitedResponse::Exists(_) | UnsolicitedResponse::Bye { .. }
        )
    });
    // Says DONE and waits for the answer.
    drop(idle);
    waited.map(drop).map_err(|e| Failure::of(&e))
}
