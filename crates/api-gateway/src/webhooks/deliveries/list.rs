//! `GET /webhook-deliveries?endpoint_id=&object_id=&state=&event_type=&limit=&before_id=`: with every attempt, newest first.

use crate::admin::{limit, listed, query};
use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::view::DeliveryBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ListDeliveriesRequest;

pub(crate) async fn get<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        list(&app, asked).await
    })
    .await
}

async fn list(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let text = |name| query(asked.request, name).unwrap_or_default();
    let message = ListDeliveriesRequest {
        limit: limit(asked.request)?,
        object_id: text("object_id"),
        endpoint_id: text("endpoint_id"),
        state: text("state"),
        event_type: text("event_type"),
        before_id: text("before_id"),
        ..ListDeliveriesRequest::default()
    };
    asking
        .reads(app, "webhook_delivery.list", &message.object_id)
        .await?;
    let reply = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.webhooks().list_deliveries(request).await
    })
    .await?;
    let deliveries: Vec<DeliveryBody> = reply.deliveries.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("deliveries", deliveries)))
}
