//! `POST /api/v1/admin/webhook-endpoints/deliveries/{id}/resend` `{merchant_id, mode}`: at once, under the same event id.

use crate::admin::view::DeliveryBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ResendRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, Some(&body.input()?))?;
    let delivery_id = id.to_string();
    admin
        .record(&app, "webhook_delivery.resend", &delivery_id, Some(scope))
        .await?;
    let call = admin.scoped(scope).request(ResendRequest { delivery_id });
    let delivery = app.peers.webhooks().resend(call).await?.into_inner();
    Ok(HttpResponse::Ok().json(DeliveryBody::from(delivery)))
}
