//! Two-stage shutdown with one owner.
//!
//! SIGTERM or SIGINT fires the *soft* token: intake stops, work under way goes on. When every tracked task has ended the
//! process exits; when the grace is over first, or a second signal comes, the *hard* token fires and what is left has
//! [`LAST_CHANCE`] to put things down. Tasks that carry off what others leave behind end last, after the *drained* token.

use std::{
    future::Future,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{signal::unix, sync::oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, error, info, warn};

#[cfg(test)]
mod tests;

/// What remains for tasks that heed the hard token, before they are dropped.
pub const LAST_CHANCE: Duration = Duration::from_secs(1);

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ending {
    /// Everything was finished.
    Drained,
    /// The grace was over, or a second signal came, with work still under way.
    Forced,
    /// A critical task failed; the supervisor should start the process again.
    Failed,
}

/// The tokens and the tracker of one process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Fires first: take no new work.
    pub soft: CancellationToken,
    /// Fires when waiting is over: put down what you hold.
    pub hard: CancellationToken,
    /// Fires between the two, when every task has ended but those of [`Shutdown::spawn_last`].
    pub drained: CancellationToken,
    /// Every task that must end before the process does.
    pub tracker: TaskTracker,
    last: TaskTracker,
    failed: Arc<AtomicBool>,
}

impl Shutdown {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a task without which the process is useless: a server, a consumer, a relay. It must run until the soft
    /// token fires. If it ends earlier, fails or panics, the whole process shuts down and exits non-zero.
    pub fn spawn<F, E>(&self, name: &'static str, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<anyhow::Error> + Send + 'static,
    {
        self.spawn_in(&self.tracker, name, future);
    }

    /// The same for a task that carries off what others leave behind: it goes on until the drained token fires.
    pub fn spawn_last<F, E>(&self, name: &'static str, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<anyhow::Error> + Send + 'static,
    {
        self.spawn_in(&self.last, name, future);
    }

    fn spawn_in<F, E>(&self, tracker: &TaskTracker, name: &'static str, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<anyhow::Error> + Send + 'static,
    {
        let mut task = tracker.spawn(future.in_current_span());
        let this = self.clone();
        tracker.spawn(async move {
            let ended = tokio::select! {
                ended = &mut task => ended,
                () = this.past_hard() => {
                    warn!(task = name, "dropped unfinished");
                    task.abort();
                    return;
                }
            };
            match ended {
                Ok(Ok(())) if this.soft.is_cancelled() => {}
                Ok(Ok(())) => this.fail(name, "it ended"),
                Ok(Err(error)) => {
                    let error: anyhow::Error = error.into();
                    this.fail(name, &format!("{error:#}"));
                }
                Err(panicked) => this.fail(name, &panicked.to_string()),
            }
        });
    }

    /// Runs a piece of work that ends by itself: one delivery, one message. A panic is contained and logged.
    pub fn spawn_job<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut task = self.tracker.spawn(future.in_current_span());
        let this = self.clone();
        self.tracker.spawn(async move {
            tokio::select! {
                ended = &mut task => if let Err(panicked) = ended {
                    error!(task = name, %panicked, "a job panicked");
                },
                () = this.past_hard() => task.abort(),
            }
        });
    }

    /// Runs something that need not be waited for and is dropped when the process exits: a listener for probes, upkeep.
    #[expect(clippy::disallowed_methods, reason = "the one untracked spawn")]
    pub fn spawn_background<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(future.in_current_span());
    }

    /// Runs blocking work on a thread of its own. The receiver gets its result, or an error if it panicked.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn spawn_thread<T, F>(&self, name: String, work: F) -> io::Result<oneshot::Receiver<T>>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (result, receiver) = oneshot::channel();
        let tracked = self.tracker.token();
        let span = tracing::Span::current();
        std::thread::Builder::new().name(name).spawn(move || {
            let _tracked = tracked;
            // The work is consumed, so nothing can be seen half-changed afterwards.
            match span.in_scope(|| catch_unwind(AssertUnwindSafe(work))) {
                // Nobody may be waiting any more.
                Ok(value) => drop(result.send(value)),
                Err(_) => error!(thread = std::thread::current().name(), "a thread panicked"),
            }
        })?;
        Ok(receiver)
    }

    /// Stops intake. What is under way goes on.
    pub fn begin(&self) {
        self.soft.cancel();
    }

    /// Whether a critical task failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Shuts the process down because `what` went wrong, and makes it exit non-zero.
    pub fn fail(&self, what: &str, why: &str) {
        error!(task = what, why, "a critical task failed: shutting down");
        self.failed.store(true, Ordering::Relaxed);
        self.soft.cancel();
    }

    /// Turns SIGTERM and SIGINT into the two stages.
    ///
    /// # Errors
    /// If the operating system refuses the handlers.
    pub fn listen_for_signals(&self) -> io::Result<()> {
        let mut term = unix::signal(unix::SignalKind::terminate())?;
        let mut int = unix::signal(unix::SignalKind::interrupt())?;
        let this = self.clone();
        self.spawn_background(async move {
            loop {
                let signal = tokio::select! {
                    Some(()) = term.recv() => "SIGTERM",
                    Some(()) = int.recv() => "SIGINT",
                    else => return,
                };
                if this.soft.is_cancelled() {
                    warn!(signal, "second signal: stopping at once");
                    this.hard.cancel();
                } else {
                    info!(signal, "stopping: no new work is taken");
                    this.soft.cancel();
                }
            }
        });
        Ok(())
    }

    /// Waits for the soft token, then for every tracked task, at most for `grace`; then fires the hard token.
    pub async fn finished(&self, grace: Duration) -> Ending {
        self.soft.cancelled().await;
        self.tracker.close();
        self.last.close();
        let drained = tokio::select! {
            biased;
            () = self.hard.cancelled() => false,
            () = self.ended() => true,
            () = tokio::time::sleep(grace) => false,
        };
        self.hard.cancel();
        if !drained {
            self.drained.cancel();
            let tasks = self.tracker.len() + self.last.len();
            warn!(tasks, "work is still under way");
            // A little longer than a task's own last chance, so that dropped tasks are seen to be gone.
            let _ = tokio::time::timeout(LAST_CHANCE * 2, self.ended()).await;
        }
        match (self.has_failed(), drained) {
            (true, _) => Ending::Failed,
            (false, true) => Ending::Drained,
            (false, false) => Ending::Forced,
        }
    }

    /// Everything, in its order.
    async fn ended(&self) {
        self.tracker.wait().await;
        self.drained.cancel();
        self.last.wait().await;
    }

    async fn past_hard(&self) {
        self.hard.cancelled().await;
        tokio::time::sleep(LAST_CHANCE).await;
    }
}
