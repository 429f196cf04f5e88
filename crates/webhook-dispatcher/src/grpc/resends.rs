//! Sending again whatever failed since a time.

use super::{Webhooks, no_endpoint};
use crate::error::{Failed, database};
use crate::rows::endpoints::Endpoint;
use crate::rows::resends::Resend;
use db::Scope;
use db::types::{from_db, to_db};
use domain::ErrorCode;
use jiff_diesel::NullableTimestamp;
use proto::webhook as wire;
use proto::{Fault, convert};
use uuid::Uuid;

impl Webhooks {
    /// One at a time per merchant and mode: it is answered at once, and worked off in steps.
    pub(super) async fn send_failed(
        &self,
        scope: Scope,
        request: &wire::ResendFailedRequest,
    ) -> Result<wire::ResendJob, Fault> {
        let since = convert::parse_timestamp(request.since.as_ref())
            .ok_or_else(|| Fault::invalid("since", "must be a time"))?;
        let endpoint = convert::non_empty(&request.endpoint_id)
            .map(|id| convert::parse_id::<Uuid>(id, "endpoint_id"))
            .transpose()?;
        let job = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                if let Some(open) = Resend::open(tx).await? {
                    let message = format!("{} is still at work: wait for it", open.id);
                    return Err(Failed(Fault::new(ErrorCode::Conflict, message)));
                }
                if let Some(id) = endpoint {
                    let found = Endpoint::find(tx, id).await?.ok_or_else(no_endpoint)?;
                    if !found.is_active() {
                        let message = "the endpoint is disabled: enable it first";
                        return Err(Failed(Fault::new(ErrorCode::WrongState, message)));
                    }
                }
                let now = db::clock::now(tx).await?;
                let job = Resend {
                    id: Uuid::now_v7(),
                    merchant_id: scope.merchant.uuid(),
                    live: scope.mode.is_live(),
                    endpoint_id: endpoint,
                    since: to_db(since),
                    until: to_db(now),
                    total: 0,
                    done: 0,
                    after_finished_at: NullableTimestamp::from(None),
                    after_id: None,
                    created_at: to_db(now),
                    finished_at: NullableTimestamp::from(None),
                };
                Ok(job.insert(tx).await?)
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(answer(&job))
    }

    pub(super) async fn resend_job(
        &self,
        scope: Scope,
        id: &str,
    ) -> Result<wire::ResendJob, Fault> {
        let id: Uuid = convert::parse_id(id, "resend_id")?;
        let found = self
            .databases
            .request
            .tenant(scope, async |tx| Resend::find(tx, id).await)
            .await
            .map_err(database)?;
        found
            .as_ref()
            .map(answer)
            .ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such resend"))
    }
}

fn answer(job: &Resend) -> wire::ResendJob {
    let whole = |n: i64| u64::try_from(n).unwrap_or_default();
    let finished: Option<jiff::Timestamp> = job.finished_at.into();
    wire::ResendJob {
        id: job.id.to_string(),
        endpoint_id: job.endpoint_id.map(|id| id.to_string()).unwrap_or_default(),
        since: Some(convert::timestamp(from_db(job.since))),
        total: whole(job.total),
        done: whole(job.done),
        created_at: Some(convert::timestamp(from_db(job.created_at))),
        finished_at: finished.map(convert::timestamp),
    }
}
