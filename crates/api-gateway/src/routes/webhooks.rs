//! `/api/v1/webhooks`: what clients of the `NoxPay` and the payment-gateway interfaces call, and `/v1/webhook-events` of
//! `NoddPay`'s partners. The native routes are in [`crate::webhooks`].

pub(crate) mod config;
pub(crate) mod failed;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod regenerate;
pub(crate) mod retry;
pub(crate) mod test;

use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::{Asking, Stopped};
use domain::ErrorCode;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use proto::Fault;
use proto::webhook::{Delivery, Endpoint, ListDeliveriesRequest, ListEndpointsRequest, Profile};

/// How many deliveries are read at once for their bodies: a list of them has none, since together they would be too much for
/// one message.
const AT_ONCE: usize = 8;

/// The endpoint that `/webhooks/config` is about: the newest of the payment-gateway profile.
async fn managed(app: &App, asking: &Asking<'_>) -> Result<Option<Endpoint>, Stopped> {
    let reply = repeatable(async || {
        let request = asking.context.request(ListEndpointsRequest {});
        app.peers.webhooks().list_endpoints(request).await
    })
    .await?;
    let mut endpoints = reply.endpoints.into_iter();
    Ok(endpoints.find(|endpoint| endpoint.profile() == Profile::PaymentGateway))
}

/// Deliveries with their bodies, newest first.
async fn with_bodies(
    app: &App,
    asking: &Asking<'_>,
    message: ListDeliveriesRequest,
) -> Result<Vec<Delivery>, Stopped> {
    let reply = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.webhooks().list_deliveries(request).await
    })
    .await?;
    let whole = |delivery: Delivery| async move {
        match crate::webhooks::deliveries::show::find(app, &asking.context, &delivery.id).await {
            Ok(whole) => Ok(Some(whole)),
            // It was thrown away in between.
            Err(fault) if fault.code == ErrorCode::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    };
    let read: Vec<Option<Delivery>> = stream::iter(reply.deliveries)
        .map(whole)
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await
        .map_err(|fault: Fault| Stopped::from(fault))?;
    Ok(read.into_iter().flatten().collect())
}
