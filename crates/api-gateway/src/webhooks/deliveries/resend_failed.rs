//! `POST /webhook-deliveries/resend-failed` `{since, endpoint_id?}`: 202 with a job that is worked off in steps.

use crate::app::App;
use crate::webhooks::view::ResendBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use proto::convert;
use proto::webhook::ResendFailedRequest;
use std::time::Instant;
use uuid::Uuid;

/// Per merchant and mode; one at a time besides.
const PER_HOUR: u32 = 20;

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        start(&app, asked).await
    })
    .await
}

async fn start(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let since: Timestamp = input.parsed("since", "a time (ISO 8601)")?;
    let endpoint: Option<Uuid> = input.parsed_if("endpoint_id", "an id (UUID)")?;
    let message = ResendFailedRequest {
        since: Some(convert::timestamp(since)),
        endpoint_id: endpoint.map(|id| id.to_string()).unwrap_or_default(),
    };
    app.webhook_resends
        .take(asking.scope, PER_HOUR, Instant::now())
        .map_err(Stopped::too_often("resends of whatever failed"))?;
    asking
        .changes(app, "webhook_delivery.resend_failed", &message.endpoint_id)
        .await?;
    let call = asking.context.request(message);
    let job = app.peers.webhooks().resend_failed(call).await?.into_inner();
    Ok(HttpResponse::Accepted().json(ResendBody::from(job)))
}
