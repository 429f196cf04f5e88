//! `POST /webhook-endpoints/{id}/rotate-secret` `{overlap_s?, immediately?, secret?}`: a new secret, shown this once. For the overlap both
//! sign where a header can carry two.

use super::ENDPOINT;
use crate::app::App;
use crate::intents::broken;
use crate::webhooks::object_id;
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::RotateSecretRequest;

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        rotate(&app, asked, &id).await
    })
    .await
}

async fn rotate(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let message = RotateSecretRequest {
        endpoint_id: object_id(id, ENDPOINT)?,
        overlap_s: input.number_if("overlap_s")?.unwrap_or_default(),
        immediately: input.flag_if("immediately")?.unwrap_or_default(),
        secret: input.text_if("secret")?.unwrap_or_default(),
    };
    asking
        .once(app, "webhook_endpoint.rotate_secret", &message.endpoint_id)
        .await?;
    let call = asking.context.request(message);
    let rotated = app.peers.webhooks().rotate_secret(call).await?.into_inner();
    let endpoint = rotated.endpoint.ok_or_else(|| broken("no endpoint"))?;
    let body = EndpointBody::from(endpoint).with_secret(rotated.secret);
    Ok(HttpResponse::Created().json(body))
}
