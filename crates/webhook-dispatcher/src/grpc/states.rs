//! Enabling, disabling and deleting endpoints, by their merchant.

use super::{Webhooks, no_endpoint};
use crate::error::{Failed, database};
use crate::rows::endpoints::Endpoint;
use db::Scope;
use db::types::to_db;
use proto::webhook as wire;
use proto::{Fault, convert};
use uuid::Uuid;

/// The reason that is stored where the merchant did it himself.
const MERCHANT: &str = "merchant";

impl Webhooks {
    /// Events from now on are delivered; what was given up before may be resent.
    pub(super) async fn enable(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        self.enter(scope, id, Endpoint::ACTIVE, None).await
    }

    pub(super) async fn disable(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        self.enter(scope, id, Endpoint::DISABLED, Some(MERCHANT))
            .await
    }

    pub(super) async fn delete(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        self.enter(scope, id, Endpoint::DELETED, Some(MERCHANT))
            .await
    }

    /// Again changes nothing.
    async fn enter(
        &self,
        scope: Scope,
        id: &str,
        state: &'static str,
        reason: Option<&'static str>,
    ) -> Result<wire::Endpoint, Fault> {
        let id: Uuid = convert::parse_id(id, "endpoint_id")?;
        let entered = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let now = to_db(db::clock::now(tx).await?);
                match Endpoint::enter(tx, id, state, reason, now).await? {
                    Some(entered) => Ok(Some(entered)),
                    None => Endpoint::find(tx, id)
                        .await
                        .map_err(|e| Failed(database(e))),
                }
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(self.answer(&entered.ok_or_else(no_endpoint)?, 0))
    }
}
