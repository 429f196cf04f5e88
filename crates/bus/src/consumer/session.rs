use std::{
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use futures_util::{
    StreamExt as _,
    future::{join, join_all},
};
use lapin::{
    Connection, Consumer,
    message::Delivery as Raw,
    options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use runtime::Backoff;
use tokio::sync::{
    Mutex,
    mpsc::{self, UnboundedReceiver, UnboundedSender},
};
use tokio_util::sync::CancellationToken;

use super::{
    Delivery, Outcome, Transient,
    work::{Job, Worker},
};
use crate::{Bus, BusError, connection::answer, topology::ServiceQueue, wire};

/// Consuming over one connection, until it is lost or the process stops.
pub(super) struct Session<'a, H> {
    pub(super) bus: &'a Bus,
    pub(super) connection: &'a Connection,
    pub(super) queue: &'static ServiceQueue,
    pub(super) lanes: usize,
    /// Events handled together in a lane.
    pub(super) most: usize,
    pub(super) handler: &'a H,
    pub(super) soft: &'a CancellationToken,
    /// Fires when the connection is lost.
    pub(super) lost: &'a CancellationToken,
}

impl<H, F> Session<'_, H>
where
    H: Fn(Arc<[Delivery]>) -> F + Send + Sync,
    F: Future<Output = Result<Vec<Outcome>, Transient>> + Send,
{
    /// `Ok` when the process stops. `backoff` starts over once the broker delivers.
    pub(super) async fn run(&self, backoff: &mut Backoff) -> Result<(), BusError> {
        let channel = answer(self.connection.create_channel()).await?;
        let prefetch = self.bus.prefetch();
        answer(channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
        let consumer = answer(channel.basic_consume(
            self.queue.name.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        ))
        .await?;
        backoff.reset();

        let stop = self.soft.child_token();
        // At most `prefetch` messages are unacknowledged, so the lanes are bounded by the broker.
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..self.lanes).map(|_| mpsc::unbounded_channel()).unzip();
        let worker = Worker {
            queue: self.queue,
            handler: self.handler,
            bus: self.bus,
            graveyard: Mutex::default(),
            stop: &stop,
            lost: self.lost,
        };
        let lanes = join_all(
            receivers
                .into_iter()
                .map(|lane| work_off(lane, self.most, &worker)),
        );
        let intake = async {
            let tag = consumer.tag();
            let ended = self.take_in(consumer, senders).await;
            stop.cancel();
            if ended.is_ok() {
                // What it still sends is not acknowledged and goes back when the channel closes.
                return answer(channel.basic_cancel(tag, BasicCancelOptions::default())).await;
            }
            // An acknowledgement may be waiting for a word that never comes.
            self.lost.cancel();
            ended
        };
        let (ended, _) = join(intake, lanes).await;
        ended?;
        answer(channel.close(200, "done".into())).await
    }

    /// Reads from the broker into the lanes. `Ok` when the process stops.
    async fn take_in(
        &self,
        mut consumer: Consumer,
        lanes: Vec<UnboundedSender<Job>>,
    ) -> Result<(), BusError> {
        loop {
            let raw = tokio::select! {
                biased;
                () = self.soft.cancelled() => return Ok(()),
                () = self.lost.cancelled() => return Err(BusError::Unavailable),
                raw = consumer.next() => raw,
            };
            // Without an error the broker cancelled us: the queue is gone.
            let job = self.read(raw.ok_or(BusError::Unavailable)??);
            let lane = &lanes[job.lane(lanes.len())];
            // A lane ends after this does.
            let _ = lane.send(job);
        }
    }

    fn read(&self, raw: Raw) -> Job {
        let event = wire::decode(self.queue.service, &raw.properties, &raw.data);
        Job { raw, event }
    }
}

impl Job {
    /// The same for every event of one subject.
    fn lane(&self, lanes: usize) -> usize {
        let Ok(envelope) = &self.event else {
            return 0;
        };
        let mut hasher = DefaultHasher::new();
        envelope.event.subject().hash(&mut hasher);
        let lanes = u64::try_from(lanes).unwrap_or(1).max(1);
        usize::try_from(hasher.finish() % lanes).unwrap_or(0)
    }
}

async fn work_off<H, F>(mut lane: UnboundedReceiver<Job>, most: usize, worker: &Worker<'_, H>)
where
    H: Fn(Arc<[Delivery]>) -> F + Send + Sync,
    F: Future<Output = Result<Vec<Outcome>, Transient>> + Send,
{
    let mut jobs = Vec::new();
    while lane.recv_many(&mut jobs, most).await > 0 {
        if worker.stop.is_cancelled() {
            return;
        }
        worker.work(std::mem::take(&mut jobs)).await;
    }
}
