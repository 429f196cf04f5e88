//! Events that could never be handled: listed, and put back.

use super::Webhooks;
use bus::BusError;
use bus::dead::{DeadMessage, Selection, list, replay};
use bus::topology::WEBHOOK_DISPATCHER;
use domain::ErrorCode;
use proto::common::{
    self, ListDeadRequest, ListDeadResponse, ReplayDeadRequest, ReplayDeadResponse,
};
use proto::{Fault, convert};
use std::time::Duration;

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 500;
/// How much of a message's content travels in an answer.
const BODY_CHARS: usize = 4096;

impl Webhooks {
    pub(super) async fn dead(&self, request: ListDeadRequest) -> Result<ListDeadResponse, Fault> {
        let limit = match usize::try_from(request.limit) {
            Ok(0) => DEFAULT_LIMIT,
            Ok(n) if n <= MOST => n,
            _ => return Err(Fault::invalid("limit", "must be at most 500")),
        };
        let found = list(&self.bus, &WEBHOOK_DISPATCHER, limit)
            .await
            .map_err(away)?;
        Ok(ListDeadResponse {
            messages: found.into_iter().map(answer).collect(),
        })
    }

    pub(super) async fn replay(
        &self,
        request: ReplayDeadRequest,
    ) -> Result<ReplayDeadResponse, Fault> {
        let selection = if request.ids.is_empty() {
            Selection::All
        } else {
            Selection::Ids(request.ids.into_iter().collect())
        };
        let replayed = replay(&self.bus, &WEBHOOK_DISPATCHER, &selection)
            .await
            .map_err(away)?;
        Ok(ReplayDeadResponse {
            replayed: u32::try_from(replayed).unwrap_or(u32::MAX),
        })
    }
}

fn away(error: BusError) -> Fault {
    tracing::warn!(%error, "the dead-letter queue could not be read");
    Fault::new(ErrorCode::Unavailable, "the broker is away").retry_after(Duration::from_secs(1))
}

fn answer(m: DeadMessage) -> common::DeadMessage {
    common::DeadMessage {
        id: m.id,
        event_type: m.event_type,
        reason: m.reason,
        died_at: m.died_at.map(convert::timestamp),
        body: m.body.chars().take(BODY_CHARS).collect(),
    }
}
