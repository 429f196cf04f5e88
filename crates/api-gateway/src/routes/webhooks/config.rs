//! `GET|PUT|POST /api/v1/webhooks/config` of the payment-gateway interface: one endpoint of its profile, the newest there is.
//! `{webhook_url, webhook_secret?}` sets it; without a URL nothing more is sent. The secret is in the answer that made it, and in
//! no other: it is sealed, and nobody can show it again.

use super::managed;
use crate::app::App;
use crate::dialect::payment_gateway::WebhookConfig;
use crate::intents::broken;
use crate::peers::repeatable;
use crate::webhooks::{Asked, Asking, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{
    AddEndpointRequest, Endpoint, EndpointRequest, Profile, RotateSecretRequest,
    UpdateEndpointRequest,
};

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        let asking = asked.asking(&asked.input()?)?;
        let endpoint = managed(&app, &asking).await?.filter(|e| e.active);
        Ok(HttpResponse::Ok().json(WebhookConfig {
            webhook_url: endpoint.map(|endpoint| endpoint.url),
            webhook_secret: None,
        }))
    })
    .await
}

pub(crate) async fn put(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        set(&app, asked).await
    })
    .await
}

async fn set(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let url = input.text_if("webhook_url")?.filter(|url| !url.is_empty());
    let secret = input.text_if("webhook_secret")?.filter(|s| !s.is_empty());
    let known = managed(app, &asking).await?;
    let config = match (url, known) {
        (None, None) => WebhookConfig::default(),
        (None, Some(endpoint)) => {
            delete(app, &asking, endpoint).await?;
            WebhookConfig::default()
        }
        (Some(url), None) => match add(app, &asking, url.clone(), secret.clone()).await {
            Ok(config) => config,
            // Somebody else added one just now: this is the change that it would have been a moment later.
            Err(stopped) if stopped.is_conflict() => match managed(app, &asking).await? {
                Some(endpoint) => change(app, &asking, endpoint, url, secret).await?,
                None => return Err(stopped),
            },
            Err(stopped) => return Err(stopped),
        },
        (Some(url), Some(endpoint)) => change(app, &asking, endpoint, url, secret).await?,
    };
    Ok(HttpResponse::Ok().json(config))
}

async fn add(
    app: &App,
    asking: &Asking<'_>,
    url: String,
    secret: Option<String>,
) -> Result<WebhookConfig, Stopped> {
    asking.once(app, "webhook_endpoint.create", "").await?;
    let call = asking.context.request(AddEndpointRequest {
        url,
        secret: secret.unwrap_or_default(),
        profile: Profile::PaymentGateway.into(),
        only_of_profile: true,
        ..AddEndpointRequest::default()
    });
    let added = app.peers.webhooks().add_endpoint(call).await?.into_inner();
    let endpoint = added.endpoint.ok_or_else(|| broken("no endpoint"))?;
    Ok(WebhookConfig {
        webhook_url: Some(endpoint.url),
        webhook_secret: Some(added.secret),
    })
}

async fn change(
    app: &App,
    asking: &Asking<'_>,
    known: Endpoint,
    url: String,
    secret: Option<String>,
) -> Result<WebhookConfig, Stopped> {
    asking
        .changes(app, "webhook_endpoint.update", &known.id)
        .await?;
    let endpoint = repeatable(async || {
        let request = asking.context.request(UpdateEndpointRequest {
            endpoint_id: known.id.clone(),
            url: Some(url.clone()),
            ..UpdateEndpointRequest::default()
        });
        app.peers.webhooks().update_endpoint(request).await
    })
    .await?;
    let shown = match secret {
        Some(secret) => Some(replace_secret(app, asking, &known.id, secret).await?),
        None => None,
    };
    // Whoever says where to send wants to be sent to.
    if !known.active {
        let call = asking.context.request(EndpointRequest {
            endpoint_id: known.id,
        });
        app.peers.webhooks().enable_endpoint(call).await?;
    }
    Ok(WebhookConfig {
        webhook_url: Some(endpoint.url),
        webhook_secret: shown,
    })
}

async fn delete(app: &App, asking: &Asking<'_>, known: Endpoint) -> Result<(), Stopped> {
    asking
        .changes(app, "webhook_endpoint.delete", &known.id)
        .await?;
    let call = asking.context.request(EndpointRequest {
        endpoint_id: known.id,
    });
    app.peers.webhooks().delete_endpoint(call).await?;
    Ok(())
}

/// At once: this interface has one signature, and no word for having taken over a new secret. Empty makes a new one.
pub(super) async fn replace_secret(
    app: &App,
    asking: &Asking<'_>,
    endpoint_id: &str,
    secret: String,
) -> Result<String, Stopped> {
    asking
        .once(app, "webhook_endpoint.rotate_secret", endpoint_id)
        .await?;
    let call = asking.context.request(RotateSecretRequest {
        endpoint_id: endpoint_id.to_owned(),
        immediately: true,
        secret,
        ..RotateSecretRequest::default()
    });
    let rotated = app.peers.webhooks().rotate_secret(call).await?.into_inner();
    Ok(rotated.secret)
}
