use crate::admin::{text, time};
use proto::webhook;
use serde::Serialize;

/// How far a resend of whatever failed is.
#[derive(Debug, Serialize)]
pub(crate) struct ResendBody {
    id: String,
    /// `null`: of every endpoint.
    endpoint_id: Option<String>,
    since: Option<String>,
    total: u64,
    /// Due again by now.
    done: u64,
    created_at: Option<String>,
    finished_at: Option<String>,
}

impl From<webhook::ResendJob> for ResendBody {
    fn from(wire: webhook::ResendJob) -> Self {
        Self {
            since: time(wire.since.as_ref()),
            created_at: time(wire.created_at.as_ref()),
            finished_at: time(wire.finished_at.as_ref()),
            id: wire.id,
            endpoint_id: text(wire.endpoint_id),
            total: wire.total,
            done: wire.done,
        }
    }
}
