//! The calls, each handed to its use case.

use super::{Webhooks, scope};
use bus::dead::{answer_list, answer_replay};
use bus::topology::WEBHOOK_DISPATCHER;
use proto::common::{ListDeadRequest, ListDeadResponse, ReplayDeadRequest, ReplayDeadResponse};
use proto::webhook as wire;
use proto::webhook::webhook_service_server::WebhookService;
use tonic::{Request, Response, Status};

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

    async fn get_endpoint(
        &self,
        request: Request<wire::EndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.endpoint(scope, &id).await?))
    }

    async fn update_endpoint(
        &self,
        request: Request<wire::UpdateEndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.update(scope, request.into_inner()).await?,
        ))
    }

    async fn enable_endpoint(
        &self,
        request: Request<wire::EndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.enable(scope, &id).await?))
    }

    async fn disable_endpoint(
        &self,
        request: Request<wire::EndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.disable(scope, &id).await?))
    }

    async fn delete_endpoint(
        &self,
        request: Request<wire::EndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.delete(scope, &id).await?))
    }

    async fn rotate_secret(
        &self,
        request: Request<wire::RotateSecretRequest>,
    ) -> Result<Response<wire::RotateSecretResponse>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.rotate(scope, &request.into_inner()).await?,
        ))
    }

    async fn accept_secret(
        &self,
        request: Request<wire::EndpointRequest>,
    ) -> Result<Response<wire::Endpoint>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().endpoint_id;
        Ok(Response::new(self.accept(scope, &id).await?))
    }

    async fn send_test(
        &self,
        request: Request<wire::SendTestRequest>,
    ) -> Result<Response<wire::Delivery>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.test(scope, &request.into_inner()).await?,
        ))
    }

    async fn ping(
        &self,
        request: Request<wire::PingRequest>,
    ) -> Result<Response<wire::PingResponse>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.ping_now(scope, &request.into_inner()).await?,
        ))
    }

    async fn list_deliveries(
        &self,
        request: Request<wire::ListDeliveriesRequest>,
    ) -> Result<Response<wire::ListDeliveriesResponse>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.deliveries(scope, &request.into_inner()).await?,
        ))
    }

    async fn get_delivery(
        &self,
        request: Request<wire::DeliveryRequest>,
    ) -> Result<Response<wire::Delivery>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().delivery_id;
        Ok(Response::new(self.delivery(scope, &id).await?))
    }

    async fn resend(
        &self,
        request: Request<wire::DeliveryRequest>,
    ) -> Result<Response<wire::Delivery>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().delivery_id;
        Ok(Response::new(self.send_again(scope, &id).await?))
    }

    async fn resend_failed(
        &self,
        request: Request<wire::ResendFailedRequest>,
    ) -> Result<Response<wire::ResendJob>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.send_failed(scope, &request.into_inner()).await?,
        ))
    }

    async fn get_resend(
        &self,
        request: Request<wire::ResendRequest>,
    ) -> Result<Response<wire::ResendJob>, Status> {
        let scope = scope(&request)?;
        let id = request.into_inner().resend_id;
        Ok(Response::new(self.resend_job(scope, &id).await?))
    }

    async fn list_events(
        &self,
        request: Request<wire::ListEventsRequest>,
    ) -> Result<Response<wire::ListEventsResponse>, Status> {
        let scope = scope(&request)?;
        Ok(Response::new(
            self.events(scope, &request.into_inner()).await?,
        ))
    }

    async fn list_contacts(
        &self,
        request: Request<wire::ListContactsRequest>,
    ) -> Result<Response<wire::ListContactsResponse>, Status> {
        Ok(Response::new(self.contacts(scope(&request)?).await?))
    }

    async fn add_contact(
        &self,
        request: Request<wire::ContactRequest>,
    ) -> Result<Response<wire::ListContactsResponse>, Status> {
        let scope = scope(&request)?;
        let address = request.into_inner().address;
        Ok(Response::new(self.add_contact_to(scope, &address).await?))
    }

    async fn remove_contact(
        &self,
        request: Request<wire::ContactRequest>,
    ) -> Result<Response<wire::ListContactsResponse>, Status> {
        let scope = scope(&request)?;
        let address = request.into_inner().address;
        Ok(Response::new(
            self.remove_contact_from(scope, &address).await?,
        ))
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
