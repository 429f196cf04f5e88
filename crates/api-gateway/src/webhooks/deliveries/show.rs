//! `GET /webhook-deliveries/{id}`: with the body, the headers, and every attempt in full.

use super::DELIVERY;
use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::object_id;
use crate::webhooks::view::DeliveryBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::Fault;
use proto::webhook::{Delivery, DeliveryRequest};
use runtime::internal::CallContext;

pub(crate) async fn get<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        show(&app, asked, &id).await
    })
    .await
}

async fn show(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let id = object_id(id, DELIVERY)?;
    asking.reads(app, "webhook_delivery.show", &id).await?;
    let delivery = find(app, &asking.context, &id).await?;
    Ok(HttpResponse::Ok().json(DeliveryBody::whole(delivery)))
}

/// With its body.
pub(crate) async fn find(app: &App, context: &CallContext, id: &str) -> Result<Delivery, Fault> {
    repeatable(async || {
        let request = context.request(DeliveryRequest {
            delivery_id: id.to_owned(),
        });
        app.peers.webhooks().get_delivery(request).await
    })
    .await
}
