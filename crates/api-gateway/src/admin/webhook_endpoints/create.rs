//! `POST /api/v1/admin/webhook-endpoints` `{merchant_id, mode, url, event_types?, secret?}`. The secret is shown this once; one of
//! the caller's choice is refused in production.

use crate::admin::view::EndpointBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::intents::broken;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::AddEndpointRequest;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let message = AddEndpointRequest {
        url: input.text("url")?,
        event_types: input.texts("event_types")?,
        secret: input.text_if("secret")?.unwrap_or_default(),
    };
    if app.environment.is_production() && !message.secret.is_empty() {
        return Err(Problem::invalid(
            "secret",
            "is always made here in production",
        ));
    }
    // A URL may hold a token: the row names it by what the dispatcher calls it, once it does.
    admin
        .record(&app, "webhook_endpoint.create", "", Some(scope))
        .await?;
    let call = admin.scoped(scope).request(message);
    let added = app.peers.webhooks().add_endpoint(call).await?.into_inner();
    let endpoint = added.endpoint.ok_or_else(|| broken("no endpoint"))?;
    let body = EndpointBody::from(endpoint).with_secret(added.secret);
    Ok(HttpResponse::Created().json(body))
}
