//! `GET /api/v1/admin/webhook-endpoints/deliveries?merchant_id=&mode=&object_id=&limit=`: with every attempt, newest first.

use crate::admin::view::{DeliveryBody, listed};
use crate::admin::{Admin, Problem, limit, query, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ListDeliveriesRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let message = ListDeliveriesRequest {
        limit: limit(&request)?,
        object_id: query(&request, "object_id").unwrap_or_default(),
    };
    admin
        .record(
            &app,
            "webhook_delivery.list",
            &message.object_id,
            Some(scope),
        )
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.webhooks().list_deliveries(request).await
    })
    .await?;
    let deliveries: Vec<DeliveryBody> = reply.deliveries.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("deliveries", deliveries)))
}
