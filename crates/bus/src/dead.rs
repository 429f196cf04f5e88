//! What could never be handled: listed, and taken back on a person's word.

mod rpc;

pub use rpc::{answer_list, answer_replay};

use std::collections::BTreeSet;

use jiff::Timestamp;
use lapin::{
    BasicProperties, Channel,
    message::Delivery as Raw,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions},
    types::ShortString,
};
use tokio::time::{Duration, Instant, sleep};

use crate::{
    Bus, BusError,
    connection::{Purpose, answer},
    publisher::{Message, Publisher},
    topology::{self, ServiceQueue},
    wire,
};

/// Looking for chosen messages holds what is passed over, so that there is an end to it.
const LONGEST_SEARCH: usize = 10_000;
/// How many are taken back at once.
const REPLAY_BATCH: usize = 100;
/// How long the broker may take to put back what was looked at. Others may replay at the same time, hence an end.
const GIVE_BACK: Duration = Duration::from_secs(2);
/// How much of a message's content is shown.
const SHOWN: usize = 16 * 1024;

/// A message in a dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMessage {
    /// The event's id, by which it is replayed. What came without one was given one.
    pub id: String,
    /// As its publisher named it; empty where it did not.
    pub event_type: String,
    /// Why the service could never handle it, or `delivery_limit` where its consumers kept dying of it.
    pub reason: String,
    pub died_at: Option<Timestamp>,
    /// Its content, at most 16 KiB. It may hold personal data.
    pub body: String,
}

/// Which messages to replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    All,
    /// By [`DeadMessage::id`].
    Ids(BTreeSet<String>),
}

/// The oldest `limit` messages that `queue`'s service could not handle. They stay where they are.
///
/// # Errors
/// The broker is away.
pub async fn list(
    bus: &Bus,
    queue: &ServiceQueue,
    limit: usize,
) -> Result<Vec<DeadMessage>, BusError> {
    let channel = answer(bus.now(Purpose::Consume)?.create_channel()).await?;
    let mut found = Vec::new();
    while found.len() < limit.min(LONGEST_SEARCH) {
        let Some(raw) = get(&channel, queue).await? else {
            break;
        };
        found.push(describe(&raw));
    }
    give_back(&channel, queue, found.len()).await?;
    Ok(found)
}

/// Puts dead messages of the caller's own queue back into it, and says how many. Each is handled again as if it had just
/// arrived; unique keys make that harmless.
///
/// # Errors
/// The broker is away, or did not take a message. Those that were put back stay put back; the rest is still dead.
pub async fn replay(
    bus: &Bus,
    queue: &ServiceQueue,
    selection: &Selection,
) -> Result<usize, BusError> {
    let channel = answer(bus.now(Purpose::Consume)?.create_channel()).await?;
    let publisher = Publisher::open(&*bus.now(Purpose::Publish)?).await?;
    // What dies again meanwhile is behind these, and is not replayed in a circle.
    let waiting = answer(topology::depth(&channel, queue.dead)).await?;
    let mut left = usize::try_from(waiting).unwrap_or(LONGEST_SEARCH);
    if matches!(selection, Selection::Ids(_)) {
        left = left.min(LONGEST_SEARCH);
    }
    let (mut replayed, mut passed_over) = (0, 0);
    let mut batch = Vec::new();
    while left > 0 {
        left -= 1;
        let Some(raw) = get(&channel, queue).await? else {
            break;
        };
        if selection.includes(&raw.properties) {
            batch.push(raw);
        } else {
            passed_over += 1;
        }
        if batch.len() == REPLAY_BATCH {
            replayed += put_back(&publisher, queue, std::mem::take(&mut batch)).await?;
        }
    }
    replayed += put_back(&publisher, queue, batch).await?;
    give_back(&channel, queue, passed_over).await?;
    Ok(replayed)
}

impl Selection {
    fn includes(&self, properties: &BasicProperties) -> bool {
        match self {
            Self::All => true,
            Self::Ids(ids) => ids.contains(text(properties.message_id())),
        }
    }
}

async fn get(channel: &Channel, queue: &ServiceQueue) -> Result<Option<Raw>, BusError> {
    let got = answer(channel.basic_get(queue.dead.into(), BasicGetOptions::default())).await?;
    Ok(got.map(|message| message.delivery))
}

/// Puts the `held` messages that were not acknowledged back to their places, and waits for a moment until they are there:
/// the broker does it in its own time, and whoever lists and then replays must find them.
async fn give_back(channel: &Channel, queue: &ServiceQueue, held: usize) -> Result<(), BusError> {
    let all = BasicNackOptions {
        multiple: true,
        requeue: true,
    };
    if held > 0 {
        answer(channel.basic_nack(0, all)).await?;
    }
    let deadline = Instant::now() + GIVE_BACK;
    while usize::try_from(answer(topology::depth(channel, queue.dead)).await?)
        .is_ok_and(|depth| depth < held)
        && Instant::now() < deadline
    {
        sleep(Duration::from_millis(10)).await;
    }
    answer(channel.close(200, "done".into())).await
}

async fn put_back(
    publisher: &Publisher,
    queue: &ServiceQueue,
    batch: Vec<Raw>,
) -> Result<usize, BusError> {
    // Collected, so that the caller's future is `Send`: a lazy borrow across the await is not general enough.
    let messages: Vec<_> = batch
        .iter()
        .map(|raw| Message {
            exchange: topology::REPLAY,
            key: queue.service.name(),
            properties: wire::of_replayed(queue.service, &raw.properties),
            body: &raw.data,
            mandatory: true,
        })
        .collect();
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

fn describe(raw: &Raw) -> DeadMessage {
    let properties = &raw.properties;
    let shown = raw.data.get(..SHOWN).unwrap_or(&raw.data);
    DeadMessage {
        id: text(properties.message_id()).to_owned(),
        event_type: text(properties.kind()).to_owned(),
        reason: wire::reason(properties),
        died_at: wire::died_at(properties)
            .and_then(|at| Timestamp::from_second(i64::try_from(at).ok()?).ok()),
        body: String::from_utf8_lossy(shown).into_owned(),
    }
}

fn text(value: &Option<ShortString>) -> &str {
    value.as_ref().map_or("", ShortString::as_str)
}
