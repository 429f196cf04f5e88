//! Bus event → merchant events and deliveries, in one transaction with the inbox row.

use crate::message::{body, merchant_events};
use crate::rows::endpoints::Endpoint;
use crate::rows::events::NewEvent;
use bus::{Outcome, Transient};
use db::types::{JsonText, to_db};
use db::{Tx, WorkerPool, inbox};
use diesel::QueryResult;
use domain::event::{Envelope, Event, IntentEvent, IntentSnapshot};
use tokio::sync::Notify;
use uuid::Uuid;

/// Handles one event of this service's queue. `due` wakes the sender.
pub(crate) async fn handle(
    worker: &WorkerPool,
    due: &Notify,
    envelope: &Envelope,
) -> Result<Outcome, Transient> {
    let Event::Intent(event, snapshot) = &envelope.event else {
        return Ok(Outcome::Dead(format!(
            "{} is nothing that merchants are told",
            envelope.event.kind()
        )));
    };
    let trace = serde_json::to_string(&runtime::trace::current().to_map())?;
    let stored = worker
        .transaction(async |tx| store(tx, envelope, *event, snapshot, &trace).await)
        .await?;
    if stored > 0 {
        due.notify_one();
    }
    Ok(Outcome::Ack)
}

/// How many deliveries were stored.
async fn store(
    tx: &mut Tx,
    envelope: &Envelope,
    event: IntentEvent,
    snapshot: &IntentSnapshot,
    trace: &str,
) -> QueryResult<usize> {
    if !inbox::first_time(tx, envelope).await? {
        return Ok(0);
    }
    let merchant = snapshot.merchant_id.uuid();
    let endpoints = Endpoint::active_of(tx, merchant, snapshot.live).await?;
    let mut deliveries = 0;
    for kind in merchant_events(event, snapshot) {
        let new = NewEvent {
            id: Uuid::now_v7(),
            merchant_id: merchant,
            live: snapshot.live,
            bus_event_id: envelope.id.uuid(),
            event_type: kind.as_str(),
            object_id: snapshot.intent_id.uuid(),
            sequence: snapshot.sequence,
            body: body(kind, snapshot)
                .map_err(|e| diesel::result::Error::SerializationError(e.into()))?,
            trace: JsonText::new(trace),
            occurred_at: to_db(envelope.time),
        };
        if !new.insert(tx).await? {
            continue;
        }
        for endpoint in endpoints.iter().filter(|e| e.wants(kind)) {
            deliveries += new.deliver_to(tx, endpoint).await?;
        }
    }
    Ok(deliveries)
}
