//! `DELETE /api/v1/admin/webhook-endpoints/{id}?merchant_id=&mode=`: nothing more is sent there. What was sent stays listed.

use crate::admin::view::EndpointBody;
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::DisableEndpointRequest;
use uuid::Uuid;

pub(crate) async fn delete(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let endpoint_id = id.to_string();
    admin
        .record(&app, "webhook_endpoint.disable", &endpoint_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let endpoint = repeatable(async || {
        let message = DisableEndpointRequest {
            endpoint_id: endpoint_id.clone(),
        };
        app.peers
            .webhooks()
            .disable_endpoint(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(EndpointBody::from(endpoint)))
}
