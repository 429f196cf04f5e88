//! Consuming a service's queue: one handler, told what to do with each event by what it returns.

mod session;
mod work;

use std::{convert::Infallible, fmt, future::Future, pin::pin, sync::Arc};

use domain::event::Envelope;
use runtime::{Backoff, Shutdown, TraceContext, backoff::Woken};
use tokio_util::sync::CancellationToken;

use crate::{Bus, connection::Purpose, topology::ServiceQueue};

/// One event, handed to the handler. The handler runs inside a span that continues the publisher's trace.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub envelope: Arc<Envelope>,
    /// Whether the broker delivered it before. The inbox row decides what is new, not this.
    pub redelivered: bool,
    /// 1 for the first call with this delivery, then one more for each retry.
    pub attempt: u32,
    /// Where handling it stands in the publisher's trace, for rows that carry it on.
    pub trace: TraceContext,
}

/// What became of an event. A failure that may pass is no outcome: see [`Transient`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is handled, or was handled before: its effects are committed.
    Ack,
    /// It can never be handled, for this reason. It goes to the dead-letter queue.
    Dead(String),
}

/// A failure that may pass: the database is away, a lock was not granted. The same event is handed over again later.
///
/// Any error becomes one by `?`.
pub struct Transient(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Transient {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Transient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Transient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Consumes `queue` until the soft token fires, one event after the other: see [`consume_in_lanes`] for several.
///
/// * [`Outcome::Ack`] acknowledges; [`Outcome::Dead`] puts the message into the dead-letter queue with its reason.
/// * [`Transient`], or a panic: nothing more is handled, and the same event is tried again after a growing pause.
/// * Content that is no event, or an event that the broker says another service published, is dead at once.
/// * Soft token: intake stops, the event in hand is finished and acknowledged, what was only prefetched goes back.
///   Hard token: everything is dropped, and the broker delivers it again.
///
/// # Errors
/// None: it is a task for [`Shutdown::spawn`].
pub async fn consume<H, F>(
    bus: Bus,
    queue: &'static ServiceQueue,
    handler: H,
    shutdown: Shutdown,
) -> Result<(), Infallible>
where
    H: Fn(Delivery) -> F + Send + Sync,
    F: Future<Output = Result<Outcome, Transient>> + Send,
{
    consume_in_lanes(bus, queue, 1, handler, shutdown).await
}

/// Like [`consume`], handling up to `lanes` events at once. Events with the same subject (an intent; each observation
/// is its own) share a lane, so that each subject's events are still handled one by one, in the order of the queue.
///
/// # Errors
/// None: it is a task for [`Shutdown::spawn`].
pub async fn consume_in_lanes<H, F>(
    bus: Bus,
    queue: &'static ServiceQueue,
    lanes: usize,
    handler: H,
    shutdown: Shutdown,
) -> Result<(), Infallible>
where
    H: Fn(Delivery) -> F + Send + Sync,
    F: Future<Output = Result<Outcome, Transient>> + Send,
{
    let one_by_one = |batch: Arc<[Delivery]>| {
        let handled = batch.first().cloned().map(&handler);
        async move {
            match handled {
                Some(handled) => Ok(vec![handled.await?]),
                None => Ok(vec![]),
            }
        }
    };
    consume_in_batches(
        bus,
        queue,
        Batching { lanes, most: 1 },
        one_by_one,
        shutdown,
    )
    .await
}

/// How many events are handled at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// Batches under way at once. Events with the same subject share a lane.
    pub lanes: usize,
    /// Events of one batch: what is waiting when the one before is done, so that a quiet queue has batches of one.
    pub most: usize,
}

/// Like [`consume_in_lanes`], handing over what waits in a lane together, in the order of the queue. The handler answers
/// with one outcome for each, and its effects are all committed or none: after a [`Transient`] failure, or with another
/// number of outcomes, the events are handed over one by one, so that one that fails does not hold up the others.
///
/// # Errors
/// None: it is a task for [`Shutdown::spawn`].
pub async fn consume_in_batches<H, F>(
    bus: Bus,
    queue: &'static ServiceQueue,
    batching: Batching,
    handler: H,
    shutdown: Shutdown,
) -> Result<(), Infallible>
where
    H: Fn(Arc<[Delivery]>) -> F + Send + Sync,
    F: Future<Output = Result<Vec<Outcome>, Transient>> + Send,
{
    let mut link = bus.link(Purpose::Consume);
    // What can never be handled is put aside over the other connection.
    let _open = bus.link(Purpose::Publish);
    let mut backoff = Backoff::reconnect();
    let sessions = async {
        while let Some(connection) = link.wait(&shutdown.soft).await {
            let lost = CancellationToken::new();
            let session = session::Session {
                bus: &bus,
                connection: &connection,
                queue,
                lanes: batching.lanes.max(1),
                most: batching.most.max(1),
                handler: &handler,
                soft: &shutdown.soft,
                lost: &lost,
            };
            let ended = {
                let mut running = pin!(session.run(&mut backoff));
                tokio::select! {
                    ended = &mut running => ended,
                    () = link.until_gone(&connection) => {
                        lost.cancel();
                        // The event in hand is finished first, so that its next delivery is not handled beside it.
                        running.await
                    }
                }
            };
            match ended {
                Ok(()) => return,
                Err(error) => tracing::warn!(queue = queue.name, %error, "not consuming"),
            }
            if backoff.wait(&shutdown.soft).await == Woken::Stopping {
                return;
            }
        }
    };
    // What is dropped here was not acknowledged: the broker delivers it again.
    shutdown.hard.run_until_cancelled(sessions).await;
    Ok(())
}
