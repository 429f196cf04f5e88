//! An endpoint that we leave alone: what its merchant is told of that, in the same transaction.

use crate::message::{MerchantEvent, endpoint_body, endpoint_form};
use crate::rows::endpoints::Endpoint;
use crate::rows::events::{self, NewDelivery, NewEvent};
use crate::rows::mails;
use db::types::{JsonText, to_db};
use db::{Tx, clock, outbox};
use diesel::QueryResult;
use domain::event::{EndpointDisabled, Envelope, Event, Producer};
use domain::ids::MerchantId;
use runtime::SealingKeys;
use uuid::Uuid;

/// It answered 410.
pub(crate) const GONE: &str = "gone";
/// It has not answered well for five days.
pub(crate) const FAILING: &str = "failing";

/// Disables `endpoint`, unless that was done already. Its merchant is told by an event to his other endpoints, in the feed, and
/// by e-mail. What waits for it is given up soon after.
pub(crate) async fn by_us(
    tx: &mut Tx,
    keys: &SealingKeys,
    endpoint: Uuid,
    reason: &'static str,
) -> QueryResult<bool> {
    let now = clock::now(tx).await?;
    // Only an active one: who disabled it himself need not hear of it.
    match Endpoint::lock(tx, endpoint).await? {
        Some(found) if found.is_active() => {}
        _ => return Ok(false),
    }
    let disabled =
        Endpoint::enter(tx, endpoint, Endpoint::DISABLED, Some(reason), to_db(now)).await?;
    let Some(disabled) = disabled else {
        return Ok(false);
    };
    let trace = runtime::trace::current().to_map();
    let envelope = Envelope::new(
        Producer::WebhookDispatcher,
        now,
        Event::EndpointDisabled(EndpointDisabled {
            endpoint_id: disabled.id,
            merchant_id: MerchantId::from_uuid(disabled.merchant_id),
            live: disabled.live,
            url: disabled.url.clone(),
            reason: reason.to_owned(),
        }),
    );
    outbox::append(tx, &envelope, &trace).await?;

    let event = NewEvent {
        id: Uuid::now_v7(),
        merchant_id: disabled.merchant_id,
        live: disabled.live,
        bus_event_id: envelope.id.uuid(),
        event_type: MerchantEvent::EndpointDisabled.as_str(),
        object_kind: "endpoint",
        // Each time is an object of its own: nothing of another time waits for it.
        object_id: envelope.id.uuid(),
        sequence: 1,
        part: 0,
        body: String::new(),
        trace: JsonText::new(serde_json::to_string(&trace).map_err(unwritable)?),
        occurred_at: to_db(now),
    };
    let event = NewEvent {
        body: endpoint_body(event.id, now, &disabled).map_err(unwritable)?,
        ..event
    };
    events::insert(tx, &[&event]).await?;
    let tenant = std::iter::once((disabled.merchant_id, disabled.live));
    let others = Endpoint::active_of(tx, tenant).await?;
    let mut deliveries = Vec::new();
    for other in others
        .iter()
        .filter(|other| other.wants(MerchantEvent::EndpointDisabled))
    {
        deliveries.push(NewDelivery {
            id: Uuid::now_v7(),
            event: &event,
            endpoint_id: other.id,
            body: endpoint_form(other, &event, &disabled, now, keys).map_err(unwritable)?,
            held: false,
        });
    }
    if !deliveries.is_empty() {
        events::deliver(tx, &deliveries).await?;
    }
    mails::about(tx, &disabled, reason, now).await?;
    Ok(true)
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> diesel::result::Error {
    diesel::result::Error::SerializationError(error.into())
}
