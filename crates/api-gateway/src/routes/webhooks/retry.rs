//! `POST /api/v1/webhooks/{id}/retry` of the payment-gateway interface.

use crate::app::App;
use crate::dialect::payment_gateway;
use crate::webhooks::{Asked, Merchant, Stopped, object_id, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::DeliveryRequest;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        retry(&app, asked, &id).await
    })
    .await
}

async fn retry(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let delivery_id = object_id(id, "webhook")?;
    asking
        .changes(app, "webhook_delivery.resend", &delivery_id)
        .await?;
    let call = asking.context.request(DeliveryRequest { delivery_id });
    let delivery = app.peers.webhooks().resend(call).await?.into_inner();
    Ok(payment_gateway::retry_scheduled(&delivery))
}
