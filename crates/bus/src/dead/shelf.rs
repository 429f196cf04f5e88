use domain::event::Producer;
use jiff::Timestamp;
use lapin::{
    Channel,
    message::Delivery as Raw,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions},
    types::ShortString,
};
use tokio::time::{Duration, Instant, sleep};

use super::{DeadMessage, Selection};
use crate::{
    Bus, BusError,
    connection::{Purpose, answer},
    publisher::{Message, Publisher},
    topology::{self, ServiceQueue},
    wire,
};

/// A search holds what it passes over, so that there is an end to it.
const LONGEST_SEARCH: usize = 10_000;
/// How many are put back at once.
const REPLAY_BATCH: usize = 100;
/// How long the broker may take to put back what was looked at. Others may replay at the same time, hence an end.
const GIVE_BACK: Duration = Duration::from_secs(2);
/// How much of a message's content is shown.
const SHOWN: usize = 16 * 1024;
const UNROUTED: &str = "no queue was bound for it";

/// Where messages lie that could not be delivered.
pub(super) enum Shelf<'a> {
    /// What a service could not handle.
    Dead(&'a ServiceQueue),
    /// What a service published and no queue was bound for. Others' messages lie there as well, and only their publisher
    /// may publish them again.
    Unrouted(Producer),
}

impl Shelf<'_> {
    pub(super) async fn list(&self, bus: &Bus, limit: usize) -> Result<Vec<DeadMessage>, BusError> {
        let mut search = Search::begin(bus, self.queue()).await?;
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(raw) = search.next().await? else {
                break;
            };
            if self.holds(&raw) {
                found.push(self.describe(&raw));
            }
            search.passed_over += 1;
        }
        search.end().await?;
        Ok(found)
    }

    pub(super) async fn replay(&self, bus: &Bus, selection: &Selection) -> Result<usize, BusError> {
        let publisher = Publisher::open(&*bus.now(Purpose::Publish)?).await?;
        let mut search = Search::begin(bus, self.queue()).await?;
        let mut replayed = 0;
        let mut batch = Vec::new();
        while let Some(raw) = search.next().await? {
            if self.holds(&raw) && selection.includes(&raw) {
                batch.push(raw);
            } else {
                search.passed_over += 1;
            }
            if batch.len() == REPLAY_BATCH {
                replayed += self
                    .put_back(&publisher, std::mem::take(&mut batch))
                    .await?;
            }
        }
        replayed += self.put_back(&publisher, batch).await?;
        search.end().await?;
        Ok(replayed)
    }

    fn queue(&self) -> &'static str {
        match self {
            Self::Dead(queue) => queue.dead,
            Self::Unrouted(_) => topology::UNROUTED,
        }
    }

    fn holds(&self, raw: &Raw) -> bool {
        match self {
            Self::Dead(_) => true,
            Self::Unrouted(service) => text(raw.properties.user_id()) == service.name(),
        }
    }

    async fn put_back(&self, publisher: &Publisher, batch: Vec<Raw>) -> Result<usize, BusError> {
        // Collected, so that the caller's future is `Send`: a lazy borrow across the await is not general enough.
        let messages: Vec<_> = batch.iter().map(|raw| self.message(raw)).collect();
        let verdicts = publisher.publish_all(messages).await;
        let mut replayed = 0;
        let mut failure = None;
        for (raw, verdict) in batch.iter().zip(verdicts) {
            match verdict {
                // If this is lost the message is there twice, which is harmless.
                Ok(()) => {
                    answer(raw.ack(BasicAckOptions::default())).await?;
                    replayed += 1;
                }
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(replayed), Err)
    }

    fn message<'r>(&self, raw: &'r Raw) -> Message<'r> {
        let (service, exchange, key) = match self {
            Self::Dead(queue) => (queue.service, topology::REPLAY, queue.service.name()),
            Self::Unrouted(service) => (*service, topology::EVENTS, raw.routing_key.as_str()),
        };
        Message {
            exchange,
            key,
            properties: wire::of_replayed(service, &raw.properties),
            body: &raw.data,
            mandatory: true,
        }
    }

    fn describe(&self, raw: &Raw) -> DeadMessage {
        let properties = &raw.properties;
        let shown = raw.data.get(..SHOWN).unwrap_or(&raw.data);
        DeadMessage {
            id: text(properties.message_id()).to_owned(),
            event_type: text(properties.kind()).to_owned(),
            reason: match self {
                Self::Dead(_) => wire::reason(properties),
                Self::Unrouted(_) => UNROUTED.to_owned(),
            },
            died_at: wire::died_at(properties)
                .and_then(|at| Timestamp::from_second(i64::try_from(at).ok()?).ok()),
            body: String::from_utf8_lossy(shown).into_owned(),
        }
    }
}

impl Selection {
    fn includes(&self, raw: &Raw) -> bool {
        match self {
            Self::All => true,
            Self::Ids(ids) => ids.contains(text(raw.properties.message_id())),
        }
    }
}

/// A walk through what a queue holds now. What comes meanwhile is behind it, so that what dies again is not replayed in a
/// circle.
struct Search {
    channel: Channel,
    queue: &'static str,
    left: usize,
    /// Messages that are held and neither acknowledged nor going to be.
    passed_over: usize,
}

impl Search {
    async fn begin(bus: &Bus, queue: &'static str) -> Result<Self, BusError> {
        let channel = answer(bus.now(Purpose::Consume)?.create_channel()).await?;
        let waiting = answer(topology::depth(&channel, queue)).await?;
        Ok(Self {
            channel,
            queue,
            left: usize::try_from(waiting).unwrap_or(usize::MAX),
            passed_over: 0,
        })
    }

    async fn next(&mut self) -> Result<Option<Raw>, BusError> {
        if self.left == 0 || self.passed_over >= LONGEST_SEARCH {
            return Ok(None);
        }
        self.left -= 1;
        let get = self
            .channel
            .basic_get(self.queue.into(), BasicGetOptions::default());
        Ok(answer(get).await?.map(|message| message.delivery))
    }

    /// Puts what was passed over back to its place, and waits for a moment until it is there: the broker does it in its own
    /// time, and whoever lists and then replays must find it.
    async fn end(self) -> Result<(), BusError> {
        let all = BasicNackOptions {
            multiple: true,
            requeue: true,
        };
        if self.passed_over > 0 {
            answer(self.channel.basic_nack(0, all)).await?;
        }
        let deadline = Instant::now() + GIVE_BACK;
        while self.depth().await? < self.passed_over && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
        answer(self.channel.close(200, "done".into())).await
    }

    async fn depth(&self) -> Result<usize, BusError> {
        let depth = answer(topology::depth(&self.channel, self.queue)).await?;
        Ok(usize::try_from(depth).unwrap_or(usize::MAX))
    }
}

fn text(value: &Option<ShortString>) -> &str {
    value.as_ref().map_or("", ShortString::as_str)
}
