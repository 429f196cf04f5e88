//! What was sent, how it went, and sending it again.

use super::Webhooks;
use crate::error::{Failed, database};
use crate::rows::deliveries::{AttemptRow, DeliveryRow, attempts_of, list, resend};
use db::{Scope, Tx};
use diesel::QueryResult;
use domain::ErrorCode;
use proto::webhook as wire;
use proto::{Fault, convert};
use uuid::Uuid;

const DEFAULT_LIMIT: i64 = 50;
const MOST: u32 = 200;

impl Webhooks {
    pub(super) async fn deliveries(
        &self,
        scope: Scope,
        request: &wire::ListDeliveriesRequest,
    ) -> Result<Vec<wire::Delivery>, Fault> {
        let limit = match request.limit {
            0 => DEFAULT_LIMIT,
            n if n <= MOST => i64::from(n),
            _ => return Err(Fault::invalid("limit", "must be at most 200")),
        };
        let object = convert::non_empty(&request.object_id)
            .map(|id| convert::parse_id(id, "object_id"))
            .transpose()?;
        self.databases
            .request
            .tenant(scope, async |tx| read(tx, limit, object, None).await)
            .await
            .map_err(database)
    }

    pub(super) async fn send_again(&self, scope: Scope, id: &str) -> Result<wire::Delivery, Fault> {
        let id: Uuid = convert::parse_id(id, "delivery_id")?;
        let none = || Fault::new(ErrorCode::NotFound, "there is no such delivery");
        let delivery = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                if resend(tx, id).await? == 0 {
                    return Err(Failed(none()));
                }
                Ok(read(tx, 1, None, Some(id)).await?.pop())
            })
            .await
            .map_err(|failed| failed.0)?;
        self.due.notify_one();
        delivery.ok_or_else(none)
    }
}

async fn read(
    tx: &mut Tx,
    limit: i64,
    object: Option<Uuid>,
    delivery: Option<Uuid>,
) -> QueryResult<Vec<wire::Delivery>> {
    let rows = list(tx, limit, object, delivery).await?;
    let attempts = attempts_of(tx, &rows).await?;
    Ok(rows.iter().map(|row| answer(row, &attempts)).collect())
}

fn answer(row: &DeliveryRow, attempts: &[AttemptRow]) -> wire::Delivery {
    let next: Option<jiff::Timestamp> = row.next_attempt_at.into();
    wire::Delivery {
        id: row.id.to_string(),
        event_id: row.event_id.to_string(),
        event_type: row.event_type.clone(),
        object_id: row.object_id.to_string(),
        endpoint_id: row.endpoint_id.to_string(),
        url: row.url.clone(),
        state: row.state.clone(),
        next_attempt_at: next.map(convert::timestamp),
        attempts: attempts
            .iter()
            .filter(|a| a.delivery_id == row.id)
            .map(attempt)
            .collect(),
    }
}

fn attempt(row: &AttemptRow) -> wire::Attempt {
    let whole = |n: i32| u32::try_from(n).unwrap_or_default();
    wire::Attempt {
        attempt_no: whole(row.attempt_no),
        started_at: Some(convert::timestamp(db::types::from_db(row.started_at))),
        duration_ms: whole(row.duration_ms),
        outcome: row.outcome.clone(),
        response_code: row.response_code.map(whole).unwrap_or_default(),
        response_excerpt: row.response_excerpt.clone().unwrap_or_default(),
    }
}
