//! The one connection of a process, kept up by a supervisor of our own.

use std::{convert::Infallible, fmt, sync::Arc, time::Duration};

use domain::event::Producer;
use futures_util::StreamExt as _;
use lapin::{Connection, ConnectionProperties, Event};
use runtime::{Backoff, Shutdown, backoff::Woken, health::HealthFlag};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{BusError, Settings, topology};

/// For TCP, TLS, the AMQP handshake and the topology together.
const OPEN: Duration = Duration::from_secs(20);
/// For an orderly goodbye.
const CLOSE: Duration = Duration::from_secs(2);
/// How often the connection's state is read, beside the events that it sends.
const LOOK: Duration = Duration::from_secs(1);
/// How often the depths of the queues that should be empty are read.
const ALARMS: Duration = Duration::from_secs(15);

/// A process's access to RabbitMQ. Clones share one connection.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    service: Producer,
    prefetch: u16,
    connection: watch::Sender<Option<Arc<Connection>>>,
    suspicion: Notify,
}

impl Bus {
    /// Starts to connect, and reconnects for as long as the process lives. `health` follows the connection.
    ///
    /// During a drain the connection stays until consumers, relay and tap have ended.
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
            connection: watch::Sender::new(None),
            suspicion: Notify::new(),
        }));
        let supervisor = Supervisor {
            bus: bus.clone(),
            settings,
            health,
            soft: shutdown.soft.clone(),
        };
        shutdown.spawn("broker connection", supervisor.run());
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
        self.link().now().is_ok()
    }

    pub(crate) fn prefetch(&self) -> u16 {
        self.0.prefetch
    }

    pub(crate) fn link(&self) -> Link {
        Link(self.0.connection.subscribe())
    }

    /// Says that the broker stopped answering: the connection is made anew.
    pub(crate) fn suspect(&self) {
        self.0.suspicion.notify_one();
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

/// The current connection, if any. Whoever holds one keeps the connection open during a drain.
pub(crate) struct Link(watch::Receiver<Option<Arc<Connection>>>);

impl Link {
    /// The connection, as soon as there is one; `None` when `stop` fires first.
    pub(crate) async fn wait(&mut self, stop: &CancellationToken) -> Option<Arc<Connection>> {
        let connected = self.0.wait_for(Option::is_some);
        let found = stop.run_until_cancelled(connected).await?;
        // The sender lives in the bus, which whoever waits here holds.
        found.ok().and_then(|c| c.clone())
    }

    /// The connection, if it can be used at this moment.
    pub(crate) fn now(&self) -> Result<Arc<Connection>, BusError> {
        let connection = self.0.borrow().clone();
        connection
            .filter(|c| c.status().connected() && !c.status().blocked())
            .ok_or(BusError::Unavailable)
    }
}

/// How a connection ended.
enum End {
    Lost(String),
    /// Nobody needs it any more.
    Done,
}

struct Supervisor {
    bus: Bus,
    settings: Settings,
    health: HealthFlag,
    soft: CancellationToken,
}

impl Supervisor {
    async fn run(self) -> Result<(), Infallible> {
        let mut backoff = Backoff::reconnect();
        loop {
            let opened = self.soft.run_until_cancelled(self.open()).await;
            let why = match opened {
                None => return Ok(()),
                Some(Err(error)) => error.to_string(),
                Some(Ok(connection)) => {
                    backoff.reset();
                    match self.serve(Arc::new(connection)).await {
                        End::Lost(why) => why,
                        End::Done => return Ok(()),
                    }
                }
            };
            self.health.down(why);
            if backoff.wait(&self.soft).await == Woken::Stopping {
                return Ok(());
            }
        }
    }

    /// A connection with the whole topology declared.
    async fn open(&self) -> Result<Connection, BusError> {
        let name = self.bus.service().name();
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let open = async {
            let connection = Connection::connect_uri(self.settings.url.uri(), properties).await?;
            let channel = connection.create_channel().await?;
            topology::declare(&channel).await?;
            Ok(connection)
        };
        timeout(OPEN, open)
            .await
            .unwrap_or(Err(BusError::Timeout(OPEN)))
    }

    /// Lends the connection out until it is lost or no longer needed.
    async fn serve(&self, connection: Arc<Connection>) -> End {
        metrics::counter!("noxpay_bus_connections_total").increment(1);
        self.health.up();
        self.bus.0.connection.send_replace(Some(connection.clone()));
        let end = self.watch(&connection).await;
        self.bus.0.connection.send_replace(None);
        // It may be half dead: then nobody answers the goodbye.
        let _ = timeout(CLOSE, connection.close(200, "goodbye".into())).await;
        end
    }

    async fn watch(&self, connection: &Connection) -> End {
        let mut events = connection.events_listener();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut alarms_due = Instant::now();
        let mut reason = "the connection was lost".to_owned();
        loop {
            tokio::select! {
                biased;
                event = events.next() => match event {
                    // Errors of single channels come by here as well.
                    Some(Event::Error(error)) => reason = error.to_string(),
                    Some(Event::ConnectionBlocked(why)) => self.health.down(format!("RabbitMQ takes nothing: {why}")),
                    Some(Event::ConnectionUnblocked) => self.health.up(),
                    Some(_) => {}
                    None => return End::Lost(reason),
                },
                () = self.bus.0.suspicion.notified() => {
                    return End::Lost("RabbitMQ stopped answering".to_owned());
                }
                () = self.done() => return End::Done,
                _ = look.tick() => if Instant::now() >= alarms_due {
                    alarms_due = Instant::now() + ALARMS;
                    // The gauges keep their last value while the broker is away.
                    let _ = timeout(LOOK, measure(connection)).await;
                },
            }
            if !connection.status().connected() {
                return End::Lost(reason);
            }
        }
    }

    /// The process is stopping and nobody uses the connection any more.
    async fn done(&self) {
        self.soft.cancelled().await;
        self.bus.0.connection.closed().await;
    }
}

/// Measures the queues that should be empty.
async fn measure(connection: &Connection) -> Result<(), lapin::Error> {
    let channel = connection.create_channel().await?;
    let unrouted = topology::depth(&channel, topology::UNROUTED).await?;
    metrics::gauge!("noxpay_unrouted_messages").set(unrouted);
    for queue in topology::SERVICE_QUEUES {
        let dead = topology::depth(&channel, queue.dead).await?;
        metrics::gauge!("noxpay_dead_messages", "service" => queue.service.name()).set(dead);
    }
    channel.close(200, "measured".into()).await
}
