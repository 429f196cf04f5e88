//! What was sent, how it went, and sending it again.

use super::Webhooks;
use crate::error::{Failed, database};
use crate::keyring;
use crate::message::Signed;
use crate::profile::Profile;
use crate::rows::endpoints::Endpoint;
use crate::rows::list::{self, AttemptRow, DeliveryRow, Filter};
use crate::send::plain_headers;
use db::types::JsonText;
use db::{Scope, Tx};
use diesel::QueryResult;
use domain::ErrorCode;
use proto::webhook as wire;
use proto::{Fault, convert};
use std::collections::HashMap;
use uuid::Uuid;

const DEFAULT_LIMIT: i64 = 50;
const MOST: u32 = 200;
const MOST_OFFSET: u32 = 100_000;
/// Of an answer, where it is one of many.
const EXCERPT_CHARS: usize = 200;

impl Webhooks {
    pub(super) async fn deliveries(
        &self,
        scope: Scope,
        request: &wire::ListDeliveriesRequest,
    ) -> Result<wire::ListDeliveriesResponse, Fault> {
        let limit = match request.limit {
            0 => DEFAULT_LIMIT,
            n if n <= MOST => i64::from(n),
            _ => return Err(Fault::invalid("limit", "must be at most 200")),
        };
        if request.offset > MOST_OFFSET {
            return Err(Fault::invalid("offset", "must be at most 100000"));
        }
        let filter = filter(request)?;
        let (deliveries, total) = self
            .databases
            .request
            .tenant(scope, async |tx| -> QueryResult<_> {
                let found = read(tx, &filter, limit, request.offset.into()).await?;
                let total = match request.count {
                    true => list::count(tx, &filter).await?,
                    false => 0,
                };
                Ok((found, total))
            })
            .await
            .map_err(database)?;
        Ok(wire::ListDeliveriesResponse {
            deliveries: deliveries.into_iter().map(shortened).collect(),
            total: u64::try_from(total).unwrap_or_default(),
        })
    }

    pub(super) async fn delivery(&self, scope: Scope, id: &str) -> Result<wire::Delivery, Fault> {
        let id: Uuid = convert::parse_id(id, "delivery_id")?;
        let filter = Filter {
            id: Some(id),
            ..Filter::default()
        };
        let found = self
            .databases
            .request
            .tenant(scope, async |tx| -> QueryResult<_> {
                let Some(row) = list::list(tx, &filter, 1, 0).await?.pop() else {
                    return Ok(None);
                };
                let endpoint = Endpoint::of_delivery(tx, row.endpoint_id).await?;
                let body = list::body(tx, id).await?.unwrap_or_default();
                let delivery = with_attempts(tx, vec![row]).await?.pop();
                Ok(delivery.map(|delivery| (delivery, endpoint, body)))
            })
            .await
            .map_err(database)?;
        let (delivery, endpoint, body) = found.ok_or_else(no_delivery)?;
        Ok(wire::Delivery {
            request_headers: self.headers(&endpoint, &delivery, &body)?,
            body,
            ..delivery
        })
    }

    /// What an attempt would carry now. Where the secret does not open none is made, and there is nothing to show.
    fn headers(
        &self,
        endpoint: &Endpoint,
        delivery: &wire::Delivery,
        body: &str,
    ) -> Result<HashMap<String, String>, Fault> {
        let now = self.clock.now();
        let signer = keyring::open(
            &self.keys,
            endpoint.id,
            endpoint.profile(),
            &endpoint.keys(),
            now,
        );
        let Ok(signer) = signer else {
            return Ok(HashMap::new());
        };
        let signed = Signed {
            event: convert::parse_id(&delivery.event_id, "event_id")?,
            kind: &delivery.event_type,
            at: now,
            body,
        };
        Ok(plain_headers(&signer, &signed))
    }

    pub(super) async fn send_again(&self, scope: Scope, id: &str) -> Result<wire::Delivery, Fault> {
        let id: Uuid = convert::parse_id(id, "delivery_id")?;
        let filter = Filter {
            id: Some(id),
            ..Filter::default()
        };
        let delivery = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let endpoint = list::list(tx, &filter, 1, 0)
                    .await?
                    .pop()
                    .ok_or_else(no_delivery)?;
                if !Endpoint::find(tx, endpoint.endpoint_id)
                    .await?
                    .is_some_and(|endpoint| endpoint.is_active())
                {
                    let message = "its endpoint is disabled: enable it first";
                    return Err(Failed(Fault::new(ErrorCode::WrongState, message)));
                }
                list::resend(tx, id).await?;
                Ok(read(tx, &filter, 1, 0).await?.pop())
            })
            .await
            .map_err(|failed| failed.0)?;
        self.due.notify_one();
        delivery.ok_or_else(no_delivery)
    }
}

fn no_delivery() -> Fault {
    Fault::new(ErrorCode::NotFound, "there is no such delivery")
}

fn filter(request: &wire::ListDeliveriesRequest) -> Result<Filter, Fault> {
    let id = |text: &str, field: &str| {
        convert::non_empty(text)
            .map(|id| convert::parse_id(id, field))
            .transpose()
    };
    let state = match request.state.as_str() {
        "" => None,
        "pending" => Some("pending"),
        "delivered" => Some("delivered"),
        "failed" => Some("failed"),
        _ => {
            let message = "must be pending, delivered or failed";
            return Err(Fault::invalid("state", message));
        }
    };
    Ok(Filter {
        id: None,
        object: id(&request.object_id, "object_id")?,
        endpoint: id(&request.endpoint_id, "endpoint_id")?,
        state,
        event_type: convert::non_empty(&request.event_type).map(str::to_owned),
        before: id(&request.before_id, "before_id")?,
        profile: match request.profile() {
            wire::Profile::Unspecified => None,
            profile => Some(Profile::of_wire(profile)),
        },
    })
}

async fn read(
    tx: &mut Tx,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<wire::Delivery>> {
    let rows = list::list(tx, filter, limit, offset).await?;
    with_attempts(tx, rows).await
}

async fn with_attempts(tx: &mut Tx, rows: Vec<DeliveryRow>) -> QueryResult<Vec<wire::Delivery>> {
    let mut attempts: HashMap<Uuid, Vec<wire::Attempt>> = HashMap::new();
    for row in list::attempts_of(tx, &rows).await? {
        attempts
            .entry(row.delivery_id)
            .or_default()
            .push(attempt(row));
    }
    let answer = |row: DeliveryRow| {
        let attempts = attempts.remove(&row.id).unwrap_or_default();
        answer(row, attempts)
    };
    Ok(rows.into_iter().map(answer).collect())
}

pub(super) fn answer(row: DeliveryRow, attempts: Vec<wire::Attempt>) -> wire::Delivery {
    let next: Option<jiff::Timestamp> = row.next_attempt_at.into();
    wire::Delivery {
        id: row.id.to_string(),
        event_id: row.event_id.to_string(),
        event_type: row.event_type,
        object_id: row.object_id.to_string(),
        endpoint_id: row.endpoint_id.to_string(),
        url: row.url,
        state: row.state,
        next_attempt_at: next.map(convert::timestamp),
        attempts,
        sequence: row.sequence,
        created_at: Some(convert::timestamp(db::types::from_db(row.created_at))),
        body: String::new(),
        request_headers: HashMap::new(),
        held: row.held,
    }
}

fn attempt(row: AttemptRow) -> wire::Attempt {
    let whole = |n: i32| u32::try_from(n).unwrap_or_default();
    let headers = row
        .response_headers
        .map(JsonText::into_string)
        .unwrap_or_default();
    wire::Attempt {
        attempt_no: whole(row.attempt_no),
        started_at: Some(convert::timestamp(db::types::from_db(row.started_at))),
        duration_ms: whole(row.duration_ms),
        outcome: row.outcome,
        response_code: row.response_code.map(whole).unwrap_or_default(),
        response_excerpt: row.response_excerpt.unwrap_or_default(),
        url: row.url.unwrap_or_default(),
        response_headers: serde_json::from_str(&headers).unwrap_or_default(),
    }
}

/// Many answers together would be too much to send.
fn shortened(mut delivery: wire::Delivery) -> wire::Delivery {
    for attempt in &mut delivery.attempts {
        if let Some((end, _)) = attempt.response_excerpt.char_indices().nth(EXCERPT_CHARS) {
            attempt.response_excerpt.truncate(end);
        }
        attempt.response_headers.clear();
    }
    delivery
}
