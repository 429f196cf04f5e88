//! `POST /api/v1/webhooks/test`, of two interfaces: the credentials tell which.
//!
//! `NoxPay`: `{event_type?, custom_data?}` is sent to the newest active endpoint at once, and the answer tells what came back.
//! payment-gateway: `webhook.test` goes through the queue to the configured endpoint.

use super::managed;
use crate::app::App;
use crate::auth::{Family, family_of};
use crate::decisions::Wrong;
use crate::dialect::{noxpay, payment_gateway};
use crate::webhooks::endpoints::take_test;
use crate::webhooks::{Asked, Merchant, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ErrorCode;
use proto::Fault;
use proto::webhook::{PingRequest, SendTestRequest};

const LONGEST_TYPE: usize = 100;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    serve::<Merchant>(&request, &app, payload, async |asked| {
        match family_of(request.headers()) {
            Ok(Some(Family::ApiKey)) => send(&app, asked).await,
            _ => ping(&app, asked).await,
        }
    })
    .await
}

async fn ping(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let input = asked.input()?;
    let asking = asked.asking(&input)?;
    let event = input
        .text_if("event_type")?
        .unwrap_or_else(|| "ping".to_owned());
    if event.chars().count() > LONGEST_TYPE {
        return Err(Wrong::field("event_type", "must have at most 100 characters").into());
    }
    let message = PingRequest {
        endpoint_id: String::new(),
        body: noxpay::ping(&event, input.object_if("custom_data")?.unwrap_or("{}")),
    };
    take_test(app, &asking)?;
    asking.changes(app, "webhook_endpoint.ping", "").await?;
    let call = asking.context.request(message);
    match app
        .peers
        .patient_webhooks()
        .ping(call)
        .await
        .map_err(Fault::from)
    {
        Ok(answer) => Ok(noxpay::pinged(answer.get_ref())),
        Err(fault) if fault.code == ErrorCode::NotFound => Ok(noxpay::no_webhook()),
        Err(fault) => Err(fault.into()),
    }
}

async fn send(app: &App, asked: &Asked<'_>) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let Some(endpoint) = managed(app, &asking).await? else {
        return Ok(payment_gateway::no_webhook());
    };
    take_test(app, &asking)?;
    asking
        .changes(app, "webhook_endpoint.test", &endpoint.id)
        .await?;
    let call = asking.context.request(SendTestRequest {
        endpoint_id: endpoint.id,
        custom_data: String::new(),
    });
    let delivery = app.peers.webhooks().send_test(call).await?.into_inner();
    Ok(payment_gateway::test_scheduled(&delivery))
}
