//! `PATCH /webhook-endpoints/{id}` `{url?, event_types?, description?, profile?, retry?}`: what is left out stays; `null` is what a new
//! endpoint has.

use super::ENDPOINT;
use crate::admin::Input;
use crate::app::App;
use crate::decisions::Wrong;
use crate::peers::repeatable;
use crate::webhooks::input::{profile_if, retry_if};
use crate::webhooks::object_id;
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{EventTypes, UpdateEndpointRequest};

pub(crate) async fn patch<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        update(&app, asked, &id).await
    })
    .await
}

async fn update(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let message = message(&input, object_id(id, ENDPOINT)?)?;
    asking
        .changes(app, "webhook_endpoint.update", &message.endpoint_id)
        .await?;
    let endpoint = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.webhooks().update_endpoint(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(EndpointBody::from(endpoint)))
}

fn message(input: &Input<'_>, endpoint_id: String) -> Result<UpdateEndpointRequest, Wrong> {
    let url = match input.has("url") {
        true => Some(input.text("url")?),
        false => None,
    };
    let description = match input.has("description") {
        true => Some(input.text_if("description")?.unwrap_or_default()),
        false => None,
    };
    let event_types = match input.has("event_types") {
        true => Some(EventTypes {
            types: input.texts("event_types")?,
        }),
        false => None,
    };
    Ok(UpdateEndpointRequest {
        endpoint_id,
        url,
        description,
        event_types,
        profile: profile_if(input)?.map(Into::into),
        retry: retry_if(input)?,
    })
}
