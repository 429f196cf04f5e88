//! `GET /api/v1/webhooks?limit=&offset=` of the payment-gateway interface: deliveries to its endpoints, newest first.

use crate::admin::query;
use crate::app::App;
use crate::decisions::Wrong;
use crate::dialect::payment_gateway::{WebhookRow, WebhookRows};
use crate::peers::repeatable;
use crate::webhooks::{Asked, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::{ListDeliveriesRequest, Profile};

const USUAL: u32 = 10;
const MOST: u32 = 100;
const MOST_OFFSET: u32 = 100_000;

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
    let limit = number(asked.request, "limit", USUAL, MOST)?.max(1);
    let offset = number(asked.request, "offset", 0, MOST_OFFSET)?;
    let message = ListDeliveriesRequest {
        limit,
        offset,
        count: true,
        profile: Profile::PaymentGateway.into(),
        ..ListDeliveriesRequest::default()
    };
    let reply = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.webhooks().list_deliveries(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(WebhookRows {
        data: reply.deliveries.into_iter().map(WebhookRow::from).collect(),
        total: reply.total,
        limit,
        offset,
    }))
}

fn number(request: &HttpRequest, name: &str, usual: u32, most: u32) -> Result<u32, Wrong> {
    match query(request, name).map(|text| text.parse()) {
        None => Ok(usual),
        Some(Ok(number)) if number <= most => Ok(number),
        Some(_) => Err(Wrong::field(name, format_args!("must be at most {most}"))),
    }
}
