//! Rotating an endpoint's secret.

use super::endpoints::unsealable;
use super::{Webhooks, no_endpoint};
use crate::error::Failed;
use crate::rows::endpoints::{Endpoint, Keys};
use db::Scope;
use domain::ErrorCode;
use jiff::SignedDuration;
use jiff_diesel::NullableTimestamp;
use proto::webhook as wire;
use proto::{Fault, convert};
use uuid::Uuid;

const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Webhooks {
    /// For the overlap, lists of signatures carry both. A header that holds one goes on with the old secret until the merchant
    /// says that he has the new one: nobody but he knows when his server was changed.
    pub(super) async fn rotate(
        &self,
        scope: Scope,
        request: &wire::RotateSecretRequest,
    ) -> Result<wire::RotateSecretResponse, Fault> {
        let id: Uuid = convert::parse_id(&request.endpoint_id, "endpoint_id")?;
        let overlap = match request.overlap_s {
            0 => OVERLAP,
            seconds => SignedDuration::from_secs(seconds.into()),
        };
        if overlap > LONGEST_OVERLAP {
            return Err(Fault::invalid("overlap_s", "must be at most 7 days"));
        }
        if request.immediately && request.overlap_s != 0 {
            return Err(Fault::invalid("overlap_s", "does not go with immediately"));
        }
        let (endpoint, secret) = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let now = db::clock::now(tx).await?;
                let found = Endpoint::lock(tx, id).await?.ok_or_else(no_endpoint)?;
                let secret = self.secret(&request.secret, found.profile())?;
                // The secret that the merchant's server knows: one that he never accepted is dropped.
                let in_use = match found.single_signs_with_previous {
                    true => found.sealed_previous.clone(),
                    false => Some(found.sealed_secret.clone()),
                };
                let kept = in_use.filter(|_| !request.immediately);
                let keys = Keys {
                    sealed_secret: secret.seal(&self.keys, id).map_err(unsealable)?,
                    previous_until: NullableTimestamp::from(kept.is_some().then(|| now + overlap)),
                    single_signs_with_previous: kept.is_some()
                        && found.profile().has_single_signature(),
                    sealed_previous: kept,
                };
                let rotated = Endpoint::set_keys(tx, id, &keys).await?;
                Ok((rotated.ok_or_else(no_endpoint)?, secret))
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(wire::RotateSecretResponse {
            endpoint: Some(self.answer(&endpoint, 0)),
            secret: secret.text().to_owned(),
        })
    }

    /// Headers that hold one signature change to the new secret. The lists keep both until the overlap ends.
    pub(super) async fn accept(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        let id: Uuid = convert::parse_id(id, "endpoint_id")?;
        let accepted = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let found = Endpoint::lock(tx, id).await?.ok_or_else(no_endpoint)?;
                if !found.single_signs_with_previous {
                    let message = "there is no new secret to accept: rotate it first";
                    return Err(Failed(Fault::new(ErrorCode::WrongState, message)));
                }
                let keys = Keys {
                    sealed_secret: found.sealed_secret,
                    sealed_previous: found.sealed_previous,
                    previous_until: found.previous_until,
                    single_signs_with_previous: false,
                };
                Ok(Endpoint::set_keys(tx, id, &keys)
                    .await?
                    .ok_or_else(no_endpoint)?)
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(self.answer(&accepted, 0))
    }
}
