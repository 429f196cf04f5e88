//! `POST /api/v1/webhooks/regenerate-secret` of the payment-gateway interface: a new secret, shown this once; the old one is dead.

use super::config::replace_secret;
use super::managed;
use crate::app::App;
use crate::dialect::payment_gateway::{WebhookConfig, no_webhook};
use crate::webhooks::{Asked, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        regenerate(&app, asked).await
    })
    .await
}

async fn regenerate(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let Some(endpoint) = managed(app, &asking).await? else {
        return Ok(no_webhook());
    };
    let secret = replace_secret(app, &asking, &endpoint.id, String::new()).await?;
    Ok(HttpResponse::Ok().json(WebhookConfig {
        webhook_url: Some(endpoint.url),
        webhook_secret: Some(secret),
    }))
}
