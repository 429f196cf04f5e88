//! `GET /webhook-endpoints/{id}`.

use super::ENDPOINT;
use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::object_id;
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::EndpointRequest;

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
    let endpoint_id = object_id(id, ENDPOINT)?;
    asking
        .reads(app, "webhook_endpoint.show", &endpoint_id)
        .await?;
    let endpoint = repeatable(async || {
        let message = EndpointRequest {
            endpoint_id: endpoint_id.clone(),
        };
        let request = asking.context.request(message);
        app.peers.webhooks().get_endpoint(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(EndpointBody::from(endpoint)))
}
