use crate::admin::time;
use crate::dialect::stored;
use crate::intents::broken;
use proto::{Fault, webhook};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A page of the feed.
#[derive(Debug, Serialize)]
pub(crate) struct EventsBody {
    events: Vec<EventBody>,
    /// What to ask for next.
    next_after: i64,
    /// Whether there are more at once.
    more: bool,
}

#[derive(Debug, Serialize)]
struct EventBody {
    seq: i64,
    id: String,
    event_type: String,
    object_id: String,
    /// Counts the object's events; those of one `sequence` are told apart by `part`.
    sequence: i64,
    part: u32,
    occurred_at: Option<String>,
    /// Signatures as of now, where a secret was given for them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The stored bytes.
    body: Box<RawValue>,
}

impl TryFrom<webhook::ListEventsResponse> for EventsBody {
    type Error = Fault;

    fn try_from(wire: webhook::ListEventsResponse) -> Result<Self, Fault> {
        let events = wire.events.into_iter().map(TryInto::try_into);
        Ok(Self {
            events: events.collect::<Result<_, Fault>>()?,
            next_after: wire.next_after,
            more: wire.more,
        })
    }
}

impl TryFrom<webhook::MerchantEvent> for EventBody {
    type Error = Fault;

    fn try_from(wire: webhook::MerchantEvent) -> Result<Self, Fault> {
        Ok(Self {
            occurred_at: time(wire.occurred_at.as_ref()),
            body: stored(wire.body).ok_or_else(|| broken("an event that is no JSON"))?,
            headers: wire.headers.into_iter().collect(),
            seq: wire.seq,
            id: wire.id,
            event_type: wire.event_type,
            object_id: wire.object_id,
            sequence: wire.sequence,
            part: wire.part,
        })
    }
}
