//! `POST /webhook-endpoints` `{url, event_types?, description?, profile?, retry?, secret?}`. The secret is shown this once. One of the
//! caller's choice is for receivers that another gateway's webhooks already reach.

use crate::app::App;
use crate::intents::broken;
use crate::webhooks::input::{profile_if, retry_if};
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{AddEndpointRequest, Profile};

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        add(&app, asked).await
    })
    .await
}

async fn add(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let message = AddEndpointRequest {
        url: input.text("url")?,
        event_types: input.texts("event_types")?,
        secret: input.text_if("secret")?.unwrap_or_default(),
        description: input.text_if("description")?.unwrap_or_default(),
        profile: profile_if(&input)?.unwrap_or(Profile::Unspecified).into(),
        retry: retry_if(&input)?,
        only_of_profile: false,
    };
    // A URL may hold a token: the row names it by what the dispatcher calls it, once it does.
    asking.once(app, "webhook_endpoint.create", "").await?;
    let call = asking.context.request(message);
    let added = app.peers.webhooks().add_endpoint(call).await?.into_inner();
    let endpoint = added.endpoint.ok_or_else(|| broken("no endpoint"))?;
    let body = EndpointBody::from(endpoint).with_secret(added.secret);
    Ok(HttpResponse::Created().json(body))
}
