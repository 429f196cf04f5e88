//! Bus events → merchant events and deliveries, in one transaction with their inbox rows.

use crate::message::{self, MerchantEvent, Subject, Told, body, form};
use crate::rows::endpoints::Endpoint;
use crate::rows::events::{self, NewDelivery, NewEvent};
use crate::rows::objects;
use bus::{Delivery, Outcome, Transient};
use db::types::{JsonText, to_db};
use db::{Tx, WorkerPool, inbox};
use diesel::QueryResult;
use domain::event::Envelope;
use runtime::SealingKeys;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tokio::join;
use tokio::sync::Notify;
use uuid::Uuid;

/// What handling needs.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) worker: WorkerPool,
    pub(crate) keys: Arc<SealingKeys>,
    /// Wakes the sender.
    pub(crate) due: Arc<Notify>,
    /// Wakes those who wait for new events in the feed.
    pub(crate) fed: Arc<Notify>,
}

/// A bus event that merchants are told of.
struct Heard<'a> {
    envelope: &'a Envelope,
    subject: Subject<'a>,
    kinds: Vec<MerchantEvent>,
    trace: JsonText,
}

impl Intake {
    /// Handles events of this service's queue, all or none.
    pub(crate) async fn handle(&self, batch: &[Delivery]) -> Result<Vec<Outcome>, Transient> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut heard = Vec::with_capacity(batch.len());
        for delivery in batch {
            let envelope = &*delivery.envelope;
            let Some((subject, kinds)) = message::heard(&envelope.event) else {
                outcomes.push(Outcome::Dead(format!(
                    "{} is nothing that merchants are told",
                    envelope.event.kind()
                )));
                continue;
            };
            heard.push(Heard {
                envelope,
                subject,
                kinds,
                trace: JsonText::new(serde_json::to_string(&delivery.trace.to_map())?),
            });
            outcomes.push(Outcome::Ack);
        }
        if !heard.is_empty() {
            let deliveries = self
                .worker
                .transaction(async |tx| self.store(tx, &heard).await)
                .await?;
            if deliveries > 0 {
                self.due.notify_one();
            }
            self.fed.notify_waiters();
        }
        Ok(outcomes)
    }

    /// How many deliveries were stored.
    async fn store(&self, tx: &mut Tx, heard: &[Heard<'_>]) -> QueryResult<usize> {
        let envelopes: Vec<&Envelope> = heard.iter().map(|h| h.envelope).collect();
        let mut objects: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
        for h in heard {
            let numbers = objects.entry(h.subject.id()).or_default();
            numbers.push(h.subject.sequence());
        }
        let tenants: BTreeSet<(Uuid, bool)> = heard
            .iter()
            .map(|h| (h.subject.merchant(), h.subject.live()))
            .collect();
        // Asked together, in this order: one trip.
        let (new, places, active) = join!(
            biased;
            inbox::first_time_of(tx, &envelopes),
            objects::lock(tx, &objects),
            Endpoint::active_of(tx, tenants.into_iter()),
        );
        let (new, mut places, active) = (new?, places?, active?);
        let heard: Vec<&Heard<'_>> = heard
            .iter()
            .filter(|h| new.contains(&h.envelope.id))
            .collect();
        if heard.is_empty() {
            return Ok(0);
        }
        for h in &heard {
            let place = places.entry(h.subject.id()).or_default();
            place.note(h.subject.sequence());
        }
        let mut endpoints: HashMap<(Uuid, bool), Vec<Endpoint>> = HashMap::new();
        for endpoint in active {
            let tenant = (endpoint.merchant_id, endpoint.live);
            endpoints.entry(tenant).or_default().push(endpoint);
        }
        let mut told = Vec::with_capacity(heard.len());
        for h in &heard {
            told.extend(tell(h)?);
        }
        let rows: Vec<&NewEvent> = told.iter().map(|(_, row)| row).collect();
        let (moved, stored) = join!(
            biased;
            objects::store(tx, &places),
            events::insert(tx, &rows),
        );
        moved?;
        let stored = stored?;
        let mut deliveries = Vec::new();
        for (told, event) in told.iter().filter(|(told, _)| stored.contains(&told.id)) {
            let held = places
                .get(&event.object_id)
                .is_some_and(|place| place.is_early(event.sequence));
            let mine = endpoints.get(&(event.merchant_id, event.live));
            for endpoint in mine.into_iter().flatten().filter(|e| e.wants(told.kind)) {
                deliveries.push(NewDelivery {
                    id: Uuid::now_v7(),
                    event,
                    endpoint_id: endpoint.id,
                    body: form(endpoint, told, &self.keys).map_err(unwritable)?,
                    held,
                });
            }
        }
        if !deliveries.is_empty() {
            events::deliver(tx, &deliveries).await?;
        }
        let filled: Vec<(Uuid, i64)> = places
            .iter()
            .filter(|(_, place)| place.released)
            .map(|(id, place)| (*id, place.stored_up_to))
            .collect();
        let released = match filled.is_empty() {
            true => 0,
            false => events::release(tx, &filled).await?,
        };
        Ok(deliveries.len() + released)
    }
}

/// The webhooks that follow from a bus event, with their rows.
fn tell<'a>(heard: &Heard<'a>) -> QueryResult<Vec<(Told<'a>, NewEvent)>> {
    let subject = heard.subject;
    let mut told = Vec::with_capacity(heard.kinds.len());
    for (part, kind) in (0..).zip(&heard.kinds) {
        let this = Told {
            id: Uuid::now_v7(),
            kind: *kind,
            at: heard.envelope.time,
            part,
            subject,
        };
        let row = NewEvent {
            id: this.id,
            merchant_id: subject.merchant(),
            live: subject.live(),
            bus_event_id: heard.envelope.id.uuid(),
            event_type: kind.as_str(),
            object_kind: subject.kind(),
            object_id: subject.id(),
            sequence: subject.sequence(),
            part,
            body: body(&this).map_err(unwritable)?,
            trace: heard.trace.clone(),
            occurred_at: to_db(heard.envelope.time),
        };
        told.push((this, row));
    }
    Ok(told)
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> diesel::result::Error {
    diesel::result::Error::SerializationError(error.into())
}
