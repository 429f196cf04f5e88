//! `GET /v1/webhook-events/failed?limit=` for `NoddPay`'s partners: what was given up of the events to endpoints of that profile,
//! newest first.

use super::with_bodies;
use crate::admin::{limit, listed};
use crate::app::App;
use crate::dialect::noddpay::FailedEvent;
use crate::webhooks::{Asked, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{ListDeliveriesRequest, Profile};

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        list(&app, asked).await
    })
    .await
}

async fn list(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let message = ListDeliveriesRequest {
        limit: limit(asked.request)?,
        state: "failed".to_owned(),
        profile: Profile::Noddpay.into(),
        ..ListDeliveriesRequest::default()
    };
    let deliveries = with_bodies(app, &asking, message).await?;
    let events: Vec<FailedEvent> = deliveries.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("events", events)))
}
