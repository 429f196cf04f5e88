//! gRPC `webhook/v1`: parse, act, answer.

mod deliveries;
mod endpoints;

use crate::Config;
use bus::Bus;
use bus::dead::{answer_list, answer_replay};
use bus::topology::WEBHOOK_DISPATCHER;
use db::{Databases, Scope};
use domain::Mode;
use domain::ids::MerchantId;
use proto::common::{ListDeadRequest, ListDeadResponse, ReplayDeadRequest, ReplayDeadResponse};
use proto::webhook as wire;
use proto::webhook::webhook_service_server::{WebhookService, WebhookServiceServer};
use runtime::egress::Egress;
use runtime::internal::{self, CallContext, Callers};
use runtime::{Environment, SealingKeys, Shutdown};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// The gateway, and nobody else.
const CALLERS: Callers = &[(
    "api-gateway",
    &[
        "webhook.v1.WebhookService/AddEndpoint",
        "webhook.v1.WebhookService/ListEndpoints",
        "webhook.v1.WebhookService/DisableEndpoint",
        "webhook.v1.WebhookService/ListDeliveries",
        "webhook.v1.WebhookService/Resend",
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
    pub(crate) due: Arc<Notify>,
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

#[tonic::async_trait]
impl WebhookService for Webhooks {
    async fn add_endpoint(
        &self,
        request: Request<wire::AddEndpointRequest>,
    ) -> Result<Response<wire::AddEndpointResponse>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(self.add(scope, request.into_inner()).await?))
    }

    async fn list_endpoints(
        &self,
        request: Request<wire::ListEndpointsRequest>,
    ) -> Result<Response<wire::ListEndpointsResponse>, Status> {
        let endpoints = self.endpoints(scope(&request)?).await?;
        Ok(Response::new(wire::ListEndpointsResponse { endpoints }))
    }

    async fn disable_endpoint(
        &self,
        request: Request<wire::DisableEndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.disable(scope, &id).await?))
    }

    async fn list_deliveries(
        &self,
        request: Request<wire::ListDeliveriesRequest>,
    ) -> Result<Response<wire::ListDeliveriesResponse>, Status> {
        let scope = scope(&request)?;
        let deliveries = self.deliveries(scope, &request.into_inner()).await?;
        Ok(Response::new(wire::ListDeliveriesResponse { deliveries }))
    }

    async fn resend(
        &self,
        request: Request<wire::ResendRequest>,
    ) -> Result<Response<wire::Delivery>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().delivery_id;
        Ok(Response::new(self.send_again(scope, &id).await?))
    }

    async fn list_dead(
        &self,
        request: Request<ListDeadRequest>,
    ) -> Result<Response<ListDeadResponse>, Status> {
        let list = answer_list(&self.bus, &WEBHOOK_DISPATCHER, request.into_inner()).await?;
        Ok(Response::new(list))
    }

    async fn replay_dead(
        &self,
        request: Request<ReplayDeadRequest>,
    ) -> Result<Response<ReplayDeadResponse>, Status> {
        let done = answer_replay(&self.bus, &WEBHOOK_DISPATCHER, request.into_inner()).await?;
        Ok(Response::new(done))
    }
}
