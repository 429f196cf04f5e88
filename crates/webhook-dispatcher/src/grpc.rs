//! gRPC `webhook/v1`: parse, act, answer.

mod contacts;
mod deliveries;
mod endpoints;
mod events;
mod resends;
mod secrets;
mod service;
mod states;
mod test_event;

use crate::Config;
use crate::send::Postman;
use bus::Bus;
use db::{Databases, Scope};
use domain::ids::MerchantId;
use domain::{Clock, ErrorCode, Mode};
use proto::Fault;
use proto::webhook::webhook_service_server::WebhookServiceServer;
use runtime::egress::Egress;
use runtime::internal::{self, CallContext, Callers};
use runtime::{Environment, SealingKeys, Shutdown};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;
use tonic::service::Routes;
use tonic::{Request, Status};

/// The gateway, and nobody else.
const CALLERS: Callers = &[(
    "api-gateway",
    &[
        "webhook.v1.WebhookService/AddEndpoint",
        "webhook.v1.WebhookService/ListEndpoints",
        "webhook.v1.WebhookService/GetEndpoint",
        "webhook.v1.WebhookService/UpdateEndpoint",
        "webhook.v1.WebhookService/EnableEndpoint",
        "webhook.v1.WebhookService/DisableEndpoint",
        "webhook.v1.WebhookService/DeleteEndpoint",
        "webhook.v1.WebhookService/RotateSecret",
        "webhook.v1.WebhookService/AcceptSecret",
        "webhook.v1.WebhookService/SendTest",
        "webhook.v1.WebhookService/Ping",
        "webhook.v1.WebhookService/ListDeliveries",
        "webhook.v1.WebhookService/GetDelivery",
        "webhook.v1.WebhookService/Resend",
        "webhook.v1.WebhookService/ResendFailed",
        "webhook.v1.WebhookService/GetResend",
        "webhook.v1.WebhookService/ListEvents",
        "webhook.v1.WebhookService/ListContacts",
        "webhook.v1.WebhookService/AddContact",
        "webhook.v1.WebhookService/RemoveContact",
        "webhook.v1.WebhookService/ListDead",
        "webhook.v1.WebhookService/ReplayDead",
    ],
)];

#[derive(Clone)]
pub(crate) struct Webhooks {
    pub(crate) databases: Databases,
    pub(crate) bus: Bus,
    pub(crate) egress: Egress,
    pub(crate) keys: Arc<SealingKeys>,
    pub(crate) environment: Environment,
    pub(crate) clock: Clock,
    pub(crate) postman: Postman,
    /// Wakes the sender.
    pub(crate) due: Arc<Notify>,
    /// Fires when the feed has something new.
    pub(crate) fed: Arc<Notify>,
}

pub(crate) fn serve(
    service: Webhooks,
    config: &Config,
    shutdown: &Shutdown,
) -> Result<SocketAddr, internal::ServeError> {
    internal::serve(
        config.grpc_listen,
        Routes::new(WebhookServiceServer::new(service)),
        CALLERS,
        &config.internal,
        config.common.environment,
        shutdown,
    )
}

/// The merchant and mode that a call is made for.
fn scope<T>(request: &Request<T>) -> Result<Scope, Status> {
    let (merchant, live) = CallContext::of(request)?.tenant()?;
    Ok(Scope {
        merchant: MerchantId::from_uuid(merchant),
        mode: Mode::from_live(live),
    })
}

fn no_endpoint() -> Fault {
    Fault::new(ErrorCode::NotFound, "there is no such endpoint")
}
