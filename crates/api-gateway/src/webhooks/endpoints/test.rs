//! `POST /webhook-endpoints/{id}/test` `{custom_data?}`: sends `webhook.test` through the ordinary queue.

use super::{ENDPOINT, take_test};
use crate::app::App;
use crate::webhooks::object_id;
use crate::webhooks::view::DeliveryBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::SendTestRequest;

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        test(&app, asked, &id).await
    })
    .await
}

async fn test(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let message = SendTestRequest {
        endpoint_id: object_id(id, ENDPOINT)?,
        custom_data: input
            .object_if("custom_data")?
            .unwrap_or_default()
            .to_owned(),
    };
    take_test(app, &asking)?;
    asking
        .changes(app, "webhook_endpoint.test", &message.endpoint_id)
        .await?;
    let call = asking.context.request(message);
    let delivery = app.peers.webhooks().send_test(call).await?.into_inner();
    Ok(HttpResponse::Accepted().json(DeliveryBody::from(delivery)))
}
