//! Adding, listing and disabling endpoints.

use super::Webhooks;
use crate::error::{Failed, database};
use crate::message::MerchantEvent;
use crate::rows::endpoints::Endpoint;
use crate::secret::EndpointSecret;
use db::Scope;
use domain::ErrorCode;
use proto::webhook as wire;
use proto::{Fault, convert};
use uuid::Uuid;

impl Webhooks {
    pub(super) async fn add(
        &self,
        scope: Scope,
        request: wire::AddEndpointRequest,
    ) -> Result<wire::AddEndpointResponse, Fault> {
        let url = self.egress.check_url(&request.url).map_err(|_| {
            Fault::invalid(
                "url",
                "must be an https address that everybody can reach, without user name",
            )
        })?;
        let secret = self.secret(&request.secret)?;
        let id = Uuid::now_v7();
        let sealed_secret = secret.seal(&self.keys, id).map_err(|error| {
            tracing::error!(%error, "a new endpoint's secret could not be sealed");
            Fault::new(ErrorCode::Internal, "the secret could not be sealed")
        })?;
        let event_types = event_types(request.event_types)?;
        let endpoint = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let endpoint = Endpoint {
                    id,
                    merchant_id: scope.merchant.uuid(),
                    live: scope.mode.is_live(),
                    url: url.to_string(),
                    sealed_secret: sealed_secret.clone(),
                    event_types: event_types.clone(),
                    state: Endpoint::ACTIVE.to_owned(),
                    created_at: db::types::to_db(db::clock::now(tx).await?),
                };
                endpoint.insert(tx).await?;
                Ok(endpoint)
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(wire::AddEndpointResponse {
            endpoint: Some(answer(&endpoint)),
            secret: secret.text().to_owned(),
        })
    }

    /// Given secrets are for demos and tests: elsewhere a secret is made here, so that it has its 256 bits.
    fn secret(&self, given: &str) -> Result<EndpointSecret, Fault> {
        match convert::non_empty(given) {
            None => EndpointSecret::random()
                .map_err(|_| Fault::new(ErrorCode::Internal, "no randomness for a secret")),
            Some(_) if self.environment.is_production() => Err(Fault::invalid(
                "secret",
                "is made by the gateway in production: leave it out",
            )),
            Some(text) => {
                EndpointSecret::parse(text).map_err(|e| Fault::invalid("secret", e.to_string()))
            }
        }
    }

    pub(super) async fn endpoints(&self, scope: Scope) -> Result<Vec<wire::Endpoint>, Fault> {
        self.databases
            .request
            .tenant(scope, async |tx| Endpoint::list(tx).await)
            .await
            .map(|rows| rows.iter().map(answer).collect())
            .map_err(database)
    }

    pub(super) async fn disable(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        let id: Uuid = convert::parse_id(id, "endpoint_id")?;
        let disabled = self
            .databases
            .request
            .tenant(scope, async |tx| Endpoint::disable(tx, id).await)
            .await
            .map_err(database)?;
        disabled
            .as_ref()
            .map(answer)
            .ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such endpoint"))
    }
}

fn event_types(listed: Vec<String>) -> Result<Option<Vec<String>>, Fault> {
    if let Some(unknown) = listed.iter().find(|t| MerchantEvent::parse(t).is_none()) {
        let known: Vec<&str> = MerchantEvent::ALL.iter().map(|e| e.as_str()).collect();
        let message = format!(
            "{unknown:?} is no event type; there are {}",
            known.join(", ")
        );
        return Err(Fault::invalid("event_types", message));
    }
    Ok((!listed.is_empty()).then_some(listed))
}

fn answer(row: &Endpoint) -> wire::Endpoint {
    wire::Endpoint {
        id: row.id.to_string(),
        url: row.url.clone(),
        event_types: row.listed_types(),
        active: row.is_active(),
        created_at: Some(convert::timestamp(db::types::from_db(row.created_at))),
    }
}
