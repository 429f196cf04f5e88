//! What could not be delivered: listed, and sent on its way again on a person's word.

mod rpc;
mod shelf;

pub use rpc::{answer_list, answer_replay};

use std::collections::BTreeSet;

use jiff::Timestamp;

use self::shelf::Shelf;
use crate::{Bus, BusError, topology::ServiceQueue};

/// A message that could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMessage {
    /// The event's id, by which it is replayed. What came without one was given one.
    pub id: String,
    /// As its publisher named it; empty where it did not.
    pub event_type: String,
    /// Why the service could never handle it, `delivery_limit` where its consumers kept dying of it, or that no queue was
    /// bound for it.
    pub reason: String,
    /// When it was put aside, where that is known.
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

/// The oldest `limit` messages that `queue`'s service could not handle, then those that it published and no queue was
/// bound for. They stay where they are.
///
/// # Errors
/// The broker is away.
pub async fn list(
    bus: &Bus,
    queue: &ServiceQueue,
    limit: usize,
) -> Result<Vec<DeadMessage>, BusError> {
    let mut found = Shelf::Dead(queue).list(bus, limit).await?;
    let room = limit.saturating_sub(found.len());
    found.extend(list_unrouted(bus, room).await?);
    Ok(found)
}

/// Puts `queue`'s dead messages back into it, sends what its service published and no queue was bound for once more, and
/// says how many. Each is handled as if it had just arrived; unique keys make that harmless.
///
/// # Errors
/// The broker is away, or did not take a message. Those that were put back stay put back; the rest is where it was.
pub async fn replay(
    bus: &Bus,
    queue: &ServiceQueue,
    selection: &Selection,
) -> Result<usize, BusError> {
    let replayed = Shelf::Dead(queue).replay(bus, selection).await?;
    Ok(replayed + replay_unrouted(bus, selection).await?)
}

/// The oldest `limit` messages that this process's service published and no queue was bound for.
///
/// # Errors
/// The broker is away.
pub async fn list_unrouted(bus: &Bus, limit: usize) -> Result<Vec<DeadMessage>, BusError> {
    Shelf::Unrouted(bus.service()).list(bus, limit).await
}

/// Publishes what this process's service published before and no queue was bound for, and says how many. Where there is
/// still no queue they come back.
///
/// # Errors
/// As [`replay`].
pub async fn replay_unrouted(bus: &Bus, selection: &Selection) -> Result<usize, BusError> {
    Shelf::Unrouted(bus.service()).replay(bus, selection).await
}
