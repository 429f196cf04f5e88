//! `POST /webhook-deliveries/{id}/resend`: at once, under the same event id, on a fresh schedule.

use super::DELIVERY;
use crate::app::App;
use crate::webhooks::object_id;
use crate::webhooks::view::DeliveryBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::DeliveryRequest;

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        resend(&app, asked, &id).await
    })
    .await
}

async fn resend(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let delivery_id = object_id(id, DELIVERY)?;
    asking
        .changes(app, "webhook_delivery.resend", &delivery_id)
        .await?;
    let call = asking.context.request(DeliveryRequest { delivery_id });
    let delivery = app.peers.webhooks().resend(call).await?.into_inner();
    Ok(HttpResponse::Ok().json(DeliveryBody::from(delivery)))
}
