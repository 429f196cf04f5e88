//! Adding, reading and changing endpoints.

use super::{Webhooks, no_endpoint};
use crate::error::{Failed, database};
use crate::key_pair::KeyPair;
use crate::message::MerchantEvent;
use crate::profile::{Profile, Retry};
use crate::rows::endpoints::{Change, EVERY_TYPE, Endpoint};
use crate::rows::list::waiting;
use crate::secret::EndpointSecret;
use db::Scope;
use domain::ErrorCode;
use domain::text::is_shown_safely;
use jiff_diesel::NullableTimestamp;
use proto::webhook as wire;
use proto::{Fault, convert};
use std::collections::HashMap;
use uuid::Uuid;

/// Of one merchant in one mode: each event costs a row for each of them.
const MOST_ENDPOINTS: usize = 50;
const MOST_DESCRIPTION: usize = 200;

impl Webhooks {
    pub(super) async fn add(
        &self,
        scope: Scope,
        request: wire::AddEndpointRequest,
    ) -> Result<wire::AddEndpointResponse, Fault> {
        let url = self.url(&request.url)?;
        let description = description(&request.description)?;
        let profile = Profile::of_wire(request.profile());
        let retry = retry(request.retry.as_ref())?.unwrap_or_else(|| profile.own_retry());
        let secret = self.secret(&request.secret, profile)?;
        let id = Uuid::now_v7();
        let sealed_secret = secret.seal(&self.keys, id).map_err(unsealable)?;
        let sealed_signing_key = self.key_pair(id, profile)?;
        let event_types = event_types(request.event_types.clone())?;
        let endpoint = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let (merchant, live) = (scope.merchant.uuid(), scope.mode.is_live());
                Endpoint::lock_list(tx, merchant, live).await?;
                let known = Endpoint::list(tx).await?;
                if request.only_of_profile && known.iter().any(|e| e.profile() == profile) {
                    let message = "there is an endpoint of this profile already";
                    return Err(Failed(Fault::new(ErrorCode::Conflict, message)));
                }
                if known.len() >= MOST_ENDPOINTS {
                    let message =
                        format!("there are {MOST_ENDPOINTS} endpoints already: delete one");
                    return Err(Failed(Fault::new(ErrorCode::Conflict, message)));
                }
                let endpoint = Endpoint {
                    id,
                    merchant_id: merchant,
                    live,
                    url: url.clone(),
                    sealed_secret: sealed_secret.clone(),
                    event_types: event_types.clone(),
                    profile: profile.as_str().to_owned(),
                    state: Endpoint::ACTIVE.to_owned(),
                    created_at: db::types::to_db(db::clock::now(tx).await?),
                    description: description.clone(),
                    retry: retry.as_str().to_owned(),
                    pauses_s: retry.pauses().map(<[i32]>::to_vec),
                    state_reason: None,
                    state_since: NullableTimestamp::from(None),
                    failing_since: NullableTimestamp::from(None),
                    sealed_signing_key: sealed_signing_key.clone(),
                    sealed_previous: None,
                    previous_until: NullableTimestamp::from(None),
                    single_signs_with_previous: false,
                };
                endpoint.insert(tx).await?;
                Ok(endpoint)
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(wire::AddEndpointResponse {
            endpoint: Some(self.answer(&endpoint, 0)),
            secret: secret.text().to_owned(),
        })
    }

    pub(super) async fn endpoints(&self, scope: Scope) -> Result<Vec<wire::Endpoint>, Fault> {
        let (rows, waiting): (Vec<Endpoint>, HashMap<Uuid, i64>) = self
            .databases
            .request
            .tenant(scope, async |tx| -> diesel::QueryResult<_> {
                let rows = Endpoint::list(tx).await?;
                let waiting = waiting(tx, rows.iter().map(|row| row.id)).await?;
                Ok((rows, waiting))
            })
            .await
            .map_err(database)?;
        let answer =
            |row: &Endpoint| self.answer(row, waiting.get(&row.id).copied().unwrap_or_default());
        Ok(rows.iter().map(answer).collect())
    }

    pub(super) async fn endpoint(&self, scope: Scope, id: &str) -> Result<wire::Endpoint, Fault> {
        let id: Uuid = convert::parse_id(id, "endpoint_id")?;
        let (found, waiting) = self
            .databases
            .request
            .tenant(scope, async |tx| -> diesel::QueryResult<_> {
                let found = Endpoint::find(tx, id).await?;
                Ok((found, waiting(tx, std::iter::once(id)).await?))
            })
            .await
            .map_err(database)?;
        let row = found.ok_or_else(no_endpoint)?;
        Ok(self.answer(&row, waiting.get(&id).copied().unwrap_or_default()))
    }

    pub(super) async fn update(
        &self,
        scope: Scope,
        request: wire::UpdateEndpointRequest,
    ) -> Result<wire::Endpoint, Fault> {
        let id: Uuid = convert::parse_id(&request.endpoint_id, "endpoint_id")?;
        let profile = request.profile.map(|_| Profile::of_wire(request.profile()));
        let retry = retry(request.retry.as_ref())?;
        let signing_key = match profile {
            Some(profile) => self.key_pair(id, profile)?,
            None => None,
        };
        let change = Change {
            url: request
                .url
                .as_deref()
                .map(|url| self.url(url))
                .transpose()?,
            description: request
                .description
                .as_deref()
                .map(description)
                .transpose()?,
            event_types: request
                .event_types
                .map(|e| event_types(e.types))
                .transpose()?,
            profile: profile.map(Profile::as_str),
            retry: retry.as_ref().map(Retry::as_str),
            pauses_s: retry.as_ref().map(|r| r.pauses().map(<[i32]>::to_vec)),
            sealed_signing_key: None,
        };
        let changed = self
            .databases
            .request
            .tenant(scope, async |tx| -> Result<_, Failed> {
                let found = Endpoint::lock(tx, id).await?.ok_or_else(no_endpoint)?;
                let secret = EndpointSecret::open(&self.keys, id, &found.sealed_secret)
                    .map_err(unsealable)?;
                if let Some(profile) = profile {
                    fits(&secret, profile)?;
                }
                let change = Change {
                    // A key pair once made is kept: receivers know its public half.
                    sealed_signing_key: (found.sealed_signing_key.is_none()
                        && signing_key.is_some())
                    .then(|| signing_key.clone()),
                    ..change.clone()
                };
                if change.is_empty() {
                    return Ok(found);
                }
                Ok(Endpoint::change(tx, id, &change)
                    .await?
                    .ok_or_else(no_endpoint)?)
            })
            .await
            .map_err(|failed| failed.0)?;
        Ok(self.answer(&changed, 0))
    }

    fn url(&self, url: &str) -> Result<String, Fault> {
        let wrong = |message: &str| Fault::invalid("url", message);
        if url.len() > 2_048 {
            return Err(wrong("must have at most 2048 characters"));
        }
        let checked = self.egress.check_url(url).map_err(|_| {
            wrong("must be an https address that everybody can reach, without user name")
        })?;
        // What the operator lists may be reached in clear text, but not where money is told of.
        if self.environment.is_production() && checked.scheme() != "https" {
            return Err(wrong("must be https in production"));
        }
        Ok(checked.to_string())
    }

    /// A given secret is another gateway's, so that its receivers go on as they are, or for demos and tests; without one, one of
    /// 256 bits is made.
    pub(super) fn secret(&self, given: &str, profile: Profile) -> Result<EndpointSecret, Fault> {
        let Some(text) = convert::non_empty(given) else {
            return EndpointSecret::random()
                .map_err(|_| Fault::new(ErrorCode::Internal, "no randomness for a secret"));
        };
        let wrong = |message: String| Fault::invalid("secret", message);
        if self.environment.is_production() && runtime::secrets::is_published(text) {
            return Err(wrong(
                "is published and known to everybody: leave it out".to_owned(),
            ));
        }
        let secret = EndpointSecret::parse(text).map_err(|e| wrong(e.to_string()))?;
        fits(&secret, profile)?;
        Ok(secret)
    }

    fn key_pair(&self, endpoint: Uuid, profile: Profile) -> Result<Option<Vec<u8>>, Fault> {
        if !profile.has_key_pair() {
            return Ok(None);
        }
        let pair = KeyPair::random()
            .map_err(|_| Fault::new(ErrorCode::Internal, "no randomness for a key pair"))?;
        pair.seal(&self.keys, endpoint)
            .map(Some)
            .map_err(unsealable)
    }

    pub(super) fn answer(&self, row: &Endpoint, waiting: i64) -> wire::Endpoint {
        let time = |at: NullableTimestamp| {
            let at: Option<jiff::Timestamp> = at.into();
            at.map(convert::timestamp)
        };
        let profile = row.profile();
        let sealed = row
            .sealed_signing_key
            .as_ref()
            .filter(|_| profile.has_key_pair());
        let pair = sealed.and_then(|seed| KeyPair::open(&self.keys, row.id, seed).ok());
        wire::Endpoint {
            id: row.id.to_string(),
            url: row.url.clone(),
            event_types: row.listed_types(),
            active: row.is_active(),
            created_at: Some(convert::timestamp(db::types::from_db(row.created_at))),
            description: row.description.clone(),
            profile: profile.to_wire().into(),
            retry: Some(row.retry().to_wire()),
            state: row.state.clone(),
            state_reason: row.state_reason.clone().unwrap_or_default(),
            state_since: time(row.state_since),
            failing_since: time(row.failing_since),
            public_key: pair.map(|pair| pair.public()).unwrap_or_default(),
            previous_until: time(row.previous_until),
            single_signs_with_previous: row.single_signs_with_previous
                && profile.has_single_signature(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        }
    }
}

/// Without a header of one signature, another gateway's secret would sign nothing.
fn fits(secret: &EndpointSecret, profile: Profile) -> Result<(), Fault> {
    if secret.standard().is_none() && !profile.has_single_signature() {
        let message = "must be whsec_ and the base64 of 24 to 64 bytes for Standard Webhooks";
        return Err(Fault::invalid("secret", message));
    }
    Ok(())
}

fn retry(asked: Option<&wire::Retry>) -> Result<Option<Retry>, Fault> {
    let Some(asked) = asked else { return Ok(None) };
    Retry::of_wire(asked).map_err(|message| Fault::invalid("retry", message))
}

fn description(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.chars().count() > MOST_DESCRIPTION || !text.chars().all(is_shown_safely) {
        return Err(Fault::invalid(
            "description",
            "must be a line of at most 200 characters",
        ));
    }
    Ok(text.to_owned())
}

fn event_types(listed: Vec<String>) -> Result<Option<Vec<String>>, Fault> {
    let known = |t: &&String| MerchantEvent::parse(t).is_some() || *t == EVERY_TYPE;
    if let Some(unknown) = listed.iter().find(|t| !known(t)) {
        let known: Vec<&str> = MerchantEvent::ALL.iter().map(|e| e.as_str()).collect();
        let message = format!(
            "{unknown:?} is no event type; there are {}, and * for all",
            known.join(", ")
        );
        return Err(Fault::invalid("event_types", message));
    }
    Ok((!listed.is_empty()).then_some(listed))
}

pub(super) fn unsealable(error: runtime::sealing::SealError) -> Fault {
    tracing::error!(%error, "an endpoint's secret could not be sealed or opened");
    Fault::new(
        ErrorCode::Internal,
        "the secret could not be sealed or opened",
    )
}
