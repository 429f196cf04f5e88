//! `POST /webhook-endpoints/{id}/ping` `{body?}`: posts a JSON object at once, outside the queue, and tells what came back.

use super::{ENDPOINT, take_test};
use crate::app::App;
use crate::webhooks::object_id;
use crate::webhooks::view::PingBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::PingRequest;

const USUAL: &str = r#"{"event":"ping","data":{},"message":"NoxPay Webhook Test Ping"}"#;

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        ping(&app, asked, &id).await
    })
    .await
}

async fn ping(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let message = PingRequest {
        endpoint_id: object_id(id, ENDPOINT)?,
        body: input.object_if("body")?.unwrap_or(USUAL).to_owned(),
    };
    take_test(app, &asking)?;
    asking
        .changes(app, "webhook_endpoint.ping", &message.endpoint_id)
        .await?;
    let call = asking.context.request(message);
    let answer = app.peers.patient_webhooks().ping(call).await?.into_inner();
    Ok(HttpResponse::Ok().json(PingBody::from(answer)))
}
