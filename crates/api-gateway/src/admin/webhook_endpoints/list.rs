//! `GET /api/v1/admin/webhook-endpoints?merchant_id=&mode=`.

use crate::admin::view::{EndpointBody, listed};
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ListEndpointsRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin
        .record(&app, "webhook_endpoint.list", "", Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListEndpointsRequest {});
        app.peers.webhooks().list_endpoints(request).await
    })
    .await?;
    let endpoints: Vec<EndpointBody> = reply.endpoints.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("endpoints", endpoints)))
}
