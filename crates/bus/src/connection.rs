//! A process's connections to RabbitMQ, each kept up by a supervisor of our own.

mod supervisor;

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::event::Producer;
use lapin::Connection;
use runtime::{Shutdown, health::HealthFlag};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use self::supervisor::Supervisor;
use crate::{BusError, Settings};

/// What a connection is for. A broker that runs out of memory or disk stops reading from connections that publish: were
/// it the same connection, nothing could be acknowledged, and nothing would ever become less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Publish,
    Consume,
}

/// A process's access to RabbitMQ: one connection to publish, one to consume. Clones share them.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    service: Producer,
    prefetch: u16,
    publish: Line,
    consume: Line,
    condition: Mutex<Condition>,
}

/// Why each connection is down, and where that is told. One lock over all, so that what is told is what is.
struct Condition {
    publish: Option<String>,
    consume: Option<String>,
    health: HealthFlag,
}

/// One connection, while there is one.
struct Line {
    connection: watch::Sender<Option<Arc<Connection>>>,
    suspicion: Notify,
}

impl Bus {
    /// Starts to connect, and reconnects for as long as the process lives. `health` follows the connections.
    ///
    /// During a drain the connections stay until consumers, relay and tap have ended.
    #[must_use]
    pub fn start(
        settings: Settings,
        service: Producer,
        health: HealthFlag,
        shutdown: &Shutdown,
    ) -> Self {
        let bus = Self(Arc::new(Inner {
            service,
            prefetch: settings.prefetch,
            publish: Line::new(),
            consume: Line::new(),
            condition: Mutex::new(Condition {
                publish: Some("not yet connected".to_owned()),
                consume: Some("not yet connected".to_owned()),
                health,
            }),
        }));
        let supervisor = |purpose| {
            let soft = shutdown.soft.clone();
            Supervisor::new(bus.clone(), purpose, settings.url.clone(), soft).run()
        };
        shutdown.spawn_last("broker connection to publish", supervisor(Purpose::Publish));
        shutdown.spawn("broker connection to consume", supervisor(Purpose::Consume));
        bus
    }

    /// The service that this process is, which is also its broker user.
    #[must_use]
    pub fn service(&self) -> Producer {
        self.0.service
    }

    /// Whether the broker can be spoken to at this moment.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.now(Purpose::Publish).is_ok() && self.now(Purpose::Consume).is_ok()
    }

    /// The connection, if it can be used at this moment.
    pub(crate) fn now(&self, purpose: Purpose) -> Result<Arc<Connection>, BusError> {
        let connection = self.line(purpose).connection.borrow().clone();
        connection
            .filter(|c| c.status().connected() && !c.status().blocked())
            .ok_or(BusError::Unavailable)
    }

    pub(crate) fn link(&self, purpose: Purpose) -> Link {
        Link(self.line(purpose).connection.subscribe())
    }

    pub(crate) fn prefetch(&self) -> u16 {
        self.0.prefetch
    }

    /// Says that the broker stopped answering: the connection is made anew.
    pub(crate) fn suspect(&self, purpose: Purpose) {
        self.line(purpose).suspicion.notify_one();
    }

    fn line(&self, purpose: Purpose) -> &Line {
        match purpose {
            Purpose::Publish => &self.0.publish,
            Purpose::Consume => &self.0.consume,
        }
    }

    /// Says how one connection is; the health check is up while both are.
    fn report(&self, purpose: Purpose, down: Option<String>) {
        let mut condition = self
            .0
            .condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match purpose {
            Purpose::Publish => condition.publish = down,
            Purpose::Consume => condition.consume = down,
        }
        let reason = condition.publish.as_ref().or(condition.consume.as_ref());
        match reason {
            Some(reason) => condition.health.down(reason),
            None => condition.health.up(),
        }
    }
}

impl Line {
    fn new() -> Self {
        Self {
            connection: watch::Sender::new(None),
            suspicion: Notify::new(),
        }
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus")
            .field("service", &self.0.service)
            .field("connected", &self.is_connected())
            .finish()
    }
}

/// How long the broker may take to answer. Well above a slow disk, well below patience.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);

/// Waits for the broker's answer, but not for ever: a question that was asked while the connection broke may never get one.
pub(crate) async fn answer<T>(
    question: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, BusError> {
    match timeout(ANSWER, question).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(BusError::Timeout(ANSWER)),
    }
}

/// A task's hold on a connection: during a drain it stays open until the last one is dropped.
pub(crate) struct Link(watch::Receiver<Option<Arc<Connection>>>);

impl Link {
    /// The connection, as soon as there is one; `None` when `stop` fires first.
    pub(crate) async fn wait(&mut self, stop: &CancellationToken) -> Option<Arc<Connection>> {
        let connected = self.0.wait_for(Option::is_some);
        let found = stop.run_until_cancelled(connected).await?;
        // The sender lives in the bus, which whoever waits here holds.
        found.ok().and_then(|c| c.clone())
    }

    /// Returns when `connection` is no longer the one in use. The client library does not tell everybody who waits for an
    /// answer on a connection that it is lost: whoever uses one for long listens here as well.
    pub(crate) async fn until_gone(&mut self, connection: &Arc<Connection>) {
        let is_other = |now: &Option<Arc<Connection>>| {
            now.as_ref().is_none_or(|now| !Arc::ptr_eq(now, connection))
        };
        // The sender lives in the bus, which whoever waits here holds.
        let _ = self.0.wait_for(is_other).await;
    }
}
