//! `ListDead` and `ReplayDead`, which every service with a queue answers alike.

use super::{DeadMessage, Selection, list, replay};
use crate::topology::ServiceQueue;
use crate::{Bus, BusError};
use domain::ErrorCode;
use proto::common::{
    self, ListDeadRequest, ListDeadResponse, ReplayDeadRequest, ReplayDeadResponse,
};
use proto::{Fault, convert};
use std::time::Duration;

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 500;
/// What the contract shows of a content, in bytes.
const SHOWN: usize = 4 * 1024;
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The messages that `queue`'s service could not handle.
///
/// # Errors
/// `INVALID` for a limit beyond 500, `UNAVAILABLE` without a broker.
pub async fn answer_list(
    bus: &Bus,
    queue: &ServiceQueue,
    request: ListDeadRequest,
) -> Result<ListDeadResponse, Fault> {
    let limit = match usize::try_from(request.limit) {
        Ok(0) => DEFAULT_LIMIT,
        Ok(limit) if limit <= MOST => limit,
        _ => return Err(Fault::invalid("limit", "must be 1 to 500")),
    };
    let found = list(bus, queue, limit).await.map_err(away)?;
    Ok(ListDeadResponse {
        messages: found.into_iter().map(message).collect(),
    })
}

/// Puts them back into the queue: all, or those listed.
///
/// # Errors
/// `UNAVAILABLE` without a broker.
pub async fn answer_replay(
    bus: &Bus,
    queue: &ServiceQueue,
    request: ReplayDeadRequest,
) -> Result<ReplayDeadResponse, Fault> {
    let selection = if request.ids.is_empty() {
        Selection::All
    } else {
        Selection::Ids(request.ids.into_iter().collect())
    };
    let replayed = replay(bus, queue, &selection).await.map_err(away)?;
    Ok(ReplayDeadResponse {
        replayed: u32::try_from(replayed).unwrap_or(u32::MAX),
    })
}

fn message(dead: DeadMessage) -> common::DeadMessage {
    let end = dead.body.floor_char_boundary(SHOWN);
    common::DeadMessage {
        id: dead.id,
        event_type: dead.event_type,
        reason: dead.reason,
        died_at: dead.died_at.map(convert::timestamp),
        body: dead.body.get(..end).unwrap_or_default().to_owned(),
    }
}

fn away(error: BusError) -> Fault {
    tracing::warn!(%error, "the dead-letter queue cannot be reached");
    Fault::new(ErrorCode::Unavailable, "the broker is not reachable").retry_after(RETRY_AFTER)
}
