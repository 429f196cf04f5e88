//! `GET /webhook-endpoints`: newest first, without deleted ones.

use crate::admin::listed;
use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ListEndpointsRequest;

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
    asking.reads(app, "webhook_endpoint.list", "").await?;
    let reply = repeatable(async || {
        let request = asking.context.request(ListEndpointsRequest {});
        app.peers.webhooks().list_endpoints(request).await
    })
    .await?;
    let endpoints: Vec<EndpointBody> = reply.endpoints.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("endpoints", endpoints)))
}
