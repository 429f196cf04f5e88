//! Trying an endpoint: `webhook.test` through the queue, or a body of the caller's at once.

use super::deliveries;
use super::{Webhooks, no_endpoint};
use crate::error::{Failed, database};
use crate::keyring;
use crate::message::{MerchantEvent, Signed, own_body, test_body, test_form};
use crate::redact;
use crate::rows::endpoints::Endpoint;
use crate::rows::events::{self, NewDelivery, NewEvent};
use crate::rows::list::{self, Filter};
use db::Scope;
use db::types::{JsonText, to_db};
use domain::ErrorCode;
use proto::webhook as wire;
use proto::{Fault, convert};
use serde_json::value::RawValue;
use std::time::Instant;
use uuid::Uuid;

const MOST_CUSTOM: usize = 4_096;
const MOST_BODY: usize = 64 * 1024;

impl Webhooks {
    /// Goes to this endpoint whatever its filter is, with its schedule.
    pub(super) async fn test(
        &self,
        scope: Scope,
        request: &wire::SendTestRequest,
    ) -> Result<wire::Delivery, Fault> {
        let endpoint: Uuid = convert::parse_id(&request.endpoint_id, "endpoint_id")?;
        let custom = object(&request.custom_data, "custom_data", MOST_CUSTOM)?;
        let delivery = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let endpoint = Endpoint::find(tx, endpoint)
                    .await?
                    .ok_or_else(no_endpoint)?;
                if !endpoint.is_active() {
                    let message = "the endpoint is disabled: enable it first";
                    return Err(Failed(Fault::new(ErrorCode::WrongState, message)));
                }
                let (id, now) = (Uuid::now_v7(), db::clock::now(tx).await?);
                let unwritable = |error: serde_json::Error| {
                    diesel::result::Error::SerializationError(error.into())
                };
                let trace = serde_json::to_string(&runtime::trace::current().to_map())
                    .map_err(unwritable)?;
                let event = NewEvent {
                    id,
                    merchant_id: endpoint.merchant_id,
                    live: endpoint.live,
                    bus_event_id: id,
                    event_type: MerchantEvent::Test.as_str(),
                    object_kind: "test",
                    object_id: id,
                    sequence: 1,
                    part: 0,
                    body: test_body(id, now, endpoint.live, custom.as_deref())
                        .map_err(unwritable)?,
                    trace: JsonText::new(trace),
                    occurred_at: to_db(now),
                };
                events::insert(tx, &[&event]).await?;
                let form = test_form(&endpoint, &event, custom.as_deref(), now, &self.keys);
                let delivery = NewDelivery {
                    id: Uuid::now_v7(),
                    event: &event,
                    endpoint_id: endpoint.id,
                    body: form.map_err(|e| diesel::result::Error::SerializationError(e.into()))?,
                    held: false,
                };
                events::deliver(tx, std::slice::from_ref(&delivery)).await?;
                let filter = Filter {
                    id: Some(delivery.id),
                    ..Filter::default()
                };
                Ok(list::list(tx, &filter, 1, 0).await?.pop())
            })
            .await
            .map_err(|failed| failed.0)?;
        self.due.notify_one();
        let row = delivery.ok_or_else(no_endpoint)?;
        Ok(deliveries::answer(row, vec![]))
    }

    /// Outside the queue: nothing is stored, nothing is tried again.
    pub(super) async fn ping_now(
        &self,
        scope: Scope,
        request: &wire::PingRequest,
    ) -> Result<wire::PingResponse, Fault> {
        object(&request.body, "body", MOST_BODY)?
            .ok_or_else(|| Fault::invalid("body", "must be a JSON object"))?;
        let wanted = convert::non_empty(&request.endpoint_id)
            .map(|id| convert::parse_id::<Uuid>(id, "endpoint_id"))
            .transpose()?;
        let endpoints = self
            .databases
            .request
            .tenant(scope, async |tx| Endpoint::list(tx).await)
            .await
            .map_err(database)?;
        let mut active = endpoints.into_iter().filter(Endpoint::is_active);
        let endpoint = match wanted {
            Some(id) => active.find(|endpoint| endpoint.id == id),
            None => active.next(),
        };
        let endpoint = endpoint.ok_or_else(no_endpoint)?;
        let now = self.clock.now();
        let signer = keyring::open(
            &self.keys,
            endpoint.id,
            endpoint.profile(),
            &endpoint.keys(),
            now,
        )
        .map_err(super::endpoints::unsealable)?;
        let body = own_body(signer.profile, &request.body)
            .map_err(|e| Fault::invalid("body", e.to_string()))?;
        let headers = signer.headers(&Signed {
            event: Uuid::now_v7(),
            kind: MerchantEvent::Test.as_str(),
            at: now,
            body: &body,
        });
        let begun = Instant::now();
        let answer = self
            .postman
            .post(&endpoint.url, signer.profile, headers, &body, now)
            .await;
        let text = redact::body(&answer.text);
        Ok(wire::PingResponse {
            status_code: answer.code.unwrap_or_default().into(),
            duration_ms: u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX),
            outcome: answer.outcome.to_owned(),
            message: if answer.code.is_some() {
                String::new()
            } else {
                text.clone()
            },
            response_body: if answer.code.is_some() {
                text
            } else {
                String::new()
            },
        })
    }
}

/// A JSON object as it was written; `None` for an empty text.
fn object(text: &str, field: &str, most: usize) -> Result<Option<Box<RawValue>>, Fault> {
    let Some(text) = convert::non_empty(text) else {
        return Ok(None);
    };
    if text.len() > most {
        return Err(Fault::invalid(
            field,
            format!("must have at most {most} bytes"),
        ));
    }
    let raw = RawValue::from_string(text.to_owned()).ok();
    raw.filter(|raw| raw.get().starts_with('{'))
        .map(Some)
        .ok_or_else(|| Fault::invalid(field, "must be a JSON object"))
}
