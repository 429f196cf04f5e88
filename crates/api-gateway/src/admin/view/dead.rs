use super::time;
use proto::common;
use serde::Serialize;

/// A message that could never be handled.
#[derive(Serialize)]
pub(crate) struct DeadBody {
    id: String,
    event_type: String,
    reason: String,
    died_at: Option<String>,
    body: String,
}

impl From<common::DeadMessage> for DeadBody {
    fn from(wire: common::DeadMessage) -> Self {
        Self {
            died_at: time(wire.died_at.as_ref()),
            id: wire.id,
            event_type: wire.event_type,
            reason: wire.reason,
            body: wire.body,
        }
    }
}
