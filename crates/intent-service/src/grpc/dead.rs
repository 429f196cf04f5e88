//! What could never be handled.

use bus::dead::{self, DeadMessage, Selection};
use bus::topology::INTENT_SERVICE;
use bus::{Bus, BusError};
use domain::ErrorCode;
use proto::{Fault, common, convert};
use std::time::Duration;
use tonic::{Response, Status};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 500;
/// What the contract shows of a content, in bytes.
const SHOWN: usize = 4 * 1024;
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(super) async fn list(
    bus: &Bus,
    request: &common::ListDeadRequest,
) -> Result<Response<common::ListDeadResponse>, Status> {
    let limit = match request.limit {
        0 => DEFAULT_LIMIT,
        limit @ 1..=MOST => limit,
        _ => return Err(Fault::invalid("limit", "must be 1 to 500").into()),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let found = dead::list(bus, &INTENT_SERVICE, limit).await;
    let messages = found.map_err(away)?.into_iter().map(message).collect();
    Ok(Response::new(common::ListDeadResponse { messages }))
}

pub(super) async fn replay(
    bus: &Bus,
    request: common::ReplayDeadRequest,
) -> Result<Response<common::ReplayDeadResponse>, Status> {
    let selection = if request.ids.is_empty() {
        Selection::All
    } else {
        Selection::Ids(request.ids.into_iter().collect())
    };
    let replayed = dead::replay(bus, &INTENT_SERVICE, &selection).await;
    let replayed = u32::try_from(replayed.map_err(away)?).unwrap_or(u32::MAX);
    Ok(Response::new(common::ReplayDeadResponse { replayed }))
}

fn message(dead: DeadMessage) -> common::DeadMessage {
    let mut end = dead.body.len().min(SHOWN);
    while !dead.body.is_char_boundary(end) {
        end -= 1;
    }
    common::DeadMessage {
        id: dead.id,
        event_type: dead.event_type,
        reason: dead.reason,
        died_at: dead.died_at.map(convert::timestamp),
        body: dead.body[..end].to_owned(),
    }
}

fn away(error: BusError) -> Status {
    tracing::warn!(%error, "the dead-letter queue cannot be reached");
    Fault::new(ErrorCode::Unavailable, "the broker is not reachable")
        .retry_after(RETRY_AFTER)
        .into()
}
