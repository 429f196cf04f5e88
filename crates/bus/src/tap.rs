//! A lossy copy of what becomes of intents, for the gateway's open pages.

use std::{convert::Infallible, sync::Arc};

use domain::event::Envelope;
use futures_util::StreamExt as _;
use lapin::{Connection, options::BasicConsumeOptions, types::FieldTable};
use runtime::{Backoff, Shutdown, TraceContext, backoff::Woken};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::{
    Bus, BusError,
    connection::{Purpose, answer},
    topology, wire,
};

/// How far the subscriber may fall behind before it misses events and must ask for the current state.
const BACKLOG: usize = 1024;

/// What the subscriber is told.
#[derive(Clone, Debug)]
pub enum Tapped {
    /// Something happened, and where it stands in its trace.
    Event(Arc<Envelope>, TraceContext),
    /// The stream begins, or begins again after a gap: pages must ask for the current state.
    Reconnected,
}

/// The stream of one replica. Clones share it.
#[derive(Clone, Debug)]
pub struct Tap(broadcast::Sender<Tapped>);

impl Tap {
    /// Listens with a queue of its own until the soft token fires.
    #[must_use]
    pub fn start(bus: &Bus, shutdown: &Shutdown) -> Self {
        let sender = broadcast::Sender::new(BACKLOG);
        let listening = listen(bus.clone(), sender.clone(), shutdown.soft.clone());
        shutdown.spawn("pages tap", listening);
        Self(sender)
    }

    /// What happens from now on. A receiver that lags is told so, and must ask for the current state.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Tapped> {
        self.0.subscribe()
    }
}

async fn listen(
    bus: Bus,
    pages: broadcast::Sender<Tapped>,
    soft: CancellationToken,
) -> Result<(), Infallible> {
    let mut link = bus.link(Purpose::Consume);
    let mut backoff = Backoff::reconnect();
    while let Some(connection) = link.wait(&soft).await {
        let error = tokio::select! {
            biased;
            () = soft.cancelled() => break,
            ended = session(&bus, &connection, &pages, &mut backoff) => match ended {
                Ok(never) => match never {},
                Err(error) => error,
            },
            () = link.until_gone(&connection) => BusError::Unavailable,
        };
        tracing::warn!(%error, "open pages get no pushes");
        if backoff.wait(&soft).await == Woken::Stopping {
            break;
        }
    }
    Ok(())
}

async fn session(
    bus: &Bus,
    connection: &Connection,
    pages: &broadcast::Sender<Tapped>,
    backoff: &mut Backoff,
) -> Result<Infallible, BusError> {
    let channel = answer(connection.create_channel()).await?;
    let queue = answer(topology::declare_pages(&channel)).await?;
    let mut consumer = answer(channel.basic_consume(
        queue.into(),
        "".into(),
        // What is lost with the connection is lost with its queue.
        BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        },
        FieldTable::default(),
    ))
    .await?;
    backoff.reset();
    // Without receivers there is no open page.
    let _ = pages.send(Tapped::Reconnected);
    loop {
        let raw = consumer.next().await.ok_or(BusError::Unavailable)??;
        match wire::decode(bus.service(), &raw.properties, &raw.data) {
            Ok(envelope) => {
                let trace = wire::trace(&raw.properties);
                let _ = pages.send(Tapped::Event(Arc::new(envelope), trace));
            }
            // Lossy by design: the page's own refresh shows what this would have.
            Err(_) => tracing::warn!(routing_key = %raw.routing_key, "not shown on open pages"),
        }
    }
}
