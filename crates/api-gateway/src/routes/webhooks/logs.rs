//! `GET /api/v1/webhooks/logs?limit=50` of the `NoxPay` interface: deliveries, newest first.

use super::with_bodies;
use crate::admin::{listed, query};
use crate::app::App;
use crate::dialect::noxpay::WebhookLog;
use crate::webhooks::{Asked, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ListDeliveriesRequest;

const USUAL: u32 = 50;
const MOST: u32 = 200;

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        list(&app, asked).await
    })
    .await
}

async fn list(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    // What is out of range is the usual, as its clients know it.
    let limit = query(asked.request, "limit").and_then(|text| text.parse().ok());
    let limit = limit.filter(|n| (1..=MOST).contains(n)).unwrap_or(USUAL);
    let message = ListDeliveriesRequest {
        limit,
        ..ListDeliveriesRequest::default()
    };
    let deliveries = with_bodies(app, &asking, message).await?;
    let logs: Vec<WebhookLog> = deliveries.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("logs", logs)))
}
