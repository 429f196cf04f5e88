use std::{convert::Infallible, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use lapin::{Connection, ConnectionProperties, Event};
use runtime::{Backoff, backoff::Woken};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{Bus, Purpose};
use crate::{BrokerUrl, BusError, topology};

/// For TCP, TLS, the AMQP handshake and the topology together.
const OPEN: Duration = Duration::from_secs(20);
/// For an orderly goodbye.
const CLOSE: Duration = Duration::from_secs(2);
/// How often the connection's state is read, beside the events that it sends.
const LOOK: Duration = Duration::from_secs(1);
/// How often the depths of the queues that should be empty are read.
const ALARMS: Duration = Duration::from_secs(15);

/// How a connection ended.
enum End {
    Lost(String),
    /// Nobody needs it any more.
    Done,
}

/// Keeps one connection up. The client library's own recovery gives up after a while and replays a topology that may be
/// out of date; here everything is made anew.
pub(super) struct Supervisor {
    bus: Bus,
    purpose: Purpose,
    url: BrokerUrl,
    soft: CancellationToken,
}

impl Supervisor {
    pub(super) fn new(bus: Bus, purpose: Purpose, url: BrokerUrl, soft: CancellationToken) -> Self {
        Self {
            bus,
            purpose,
            url,
            soft,
        }
    }

    pub(super) async fn run(self) -> Result<(), Infallible> {
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
            self.bus.report(self.purpose, Some(why));
            if backoff.wait(&self.soft).await == Woken::Stopping {
                return Ok(());
            }
        }
    }

    /// A connection with the whole topology declared.
    async fn open(&self) -> Result<Connection, BusError> {
        let purpose = match self.purpose {
            Purpose::Publish => "publish",
            Purpose::Consume => "consume",
        };
        let name = format!("{} {purpose}", self.bus.service().name());
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let open = async {
            let connection = Connection::connect_uri(self.url.uri(), properties).await?;
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
        self.bus.report(self.purpose, None);
        let line = self.bus.line(self.purpose);
        line.connection.send_replace(Some(connection.clone()));
        let end = self.watch(&connection).await;
        line.connection.send_replace(None);
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
                    Some(Event::ConnectionBlocked(why)) => {
                        self.bus.report(self.purpose, Some(format!("RabbitMQ takes nothing: {why}")));
                    }
                    Some(Event::ConnectionUnblocked) => self.bus.report(self.purpose, None),
                    Some(_) => {}
                    None => return End::Lost(reason),
                },
                () = self.bus.line(self.purpose).suspicion.notified() => {
                    return End::Lost("RabbitMQ stopped answering".to_owned());
                }
                () = self.done() => return End::Done,
                _ = look.tick() => if self.purpose == Purpose::Consume && Instant::now() >= alarms_due {
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
        self.bus.line(self.purpose).connection.closed().await;
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
