//! A request that was made before: by its key it is answered as it was then, by its order id with the intent as it stands.

use super::CreateIntent;
use crate::core::Core;
use crate::error::Error;
use crate::queries::intents::with_references;
use crate::queries::view::{self, IntentView};
use crate::reply;
use crate::rows::intent::IntentRow;
use db::idempotency::{self, Lookup};
use db::{Scope, Tx};
use domain::ErrorCode;
use proto::{Fault, intent as pb};

/// Where a known request was found.
pub(super) enum Known {
    /// Its reply was stored.
    Reply(Box<pb::CreateIntentResponse>),
    /// Its intent stands.
    Intent(Box<IntentRow>),
}

impl Known {
    /// The stored reply; or the intent as it stands, which the key is answered from now on.
    pub(super) async fn answer(
        self,
        core: &Core,
        scope: Scope,
        request: &CreateIntent,
    ) -> Result<pb::CreateIntentResponse, Error> {
        let mut reply = match self {
            Self::Reply(reply) => *reply,
            Self::Intent(row) => remember(core, scope, request, *row).await?,
        };
        reply.replayed = true;
        Ok(reply)
    }
}

/// What is known of the request, by its key or its order id.
///
/// # Errors
/// `CONFLICT` where either was used by another request.
pub(super) async fn look(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
) -> Result<Option<Known>, Error> {
    let requests = &core.databases.request;
    requests
        .tenant(scope, async |tx| {
            if let Some(reply) = kept_reply(tx, scope, request).await? {
                return Ok(Some(Known::Reply(Box::new(reply))));
            }
            let row = same_order(tx, scope, request).await?;
            Ok(row.map(|row| Known::Intent(Box::new(row))))
        })
        .await
}

/// What was answered under the caller's key, if it was given before. Waits for a running call with the same key.
pub(super) async fn kept_reply(
    tx: &mut Tx,
    scope: Scope,
    request: &CreateIntent,
) -> Result<Option<pb::CreateIntentResponse>, Error> {
    let Some(key) = request.key(scope) else {
        return Ok(None);
    };
    match idempotency::lookup(tx, &key, &request.fingerprint).await? {
        Lookup::New => Ok(None),
        Lookup::Mismatch => Err(conflict("idempotency_key", "was used with another request")),
        Lookup::InFlight => {
            let why = "a request with this key is still being answered";
            Err(Fault::new(ErrorCode::InFlight, why).into())
        }
        Lookup::Replay(bytes) => Ok(Some(reply::decode_created(&bytes)?)),
    }
}

/// The intent of that order id, if it was made by the same request.
async fn same_order(
    tx: &mut Tx,
    scope: Scope,
    request: &CreateIntent,
) -> Result<Option<IntentRow>, Error> {
    let row = IntentRow::find_by_order(tx, scope, &request.order_id).await?;
    match row {
        Some(row) if row.fingerprint != request.fingerprint => {
            Err(conflict("order_id", "was used with another request"))
        }
        row => Ok(row),
    }
}

/// The same order id, perhaps under a new key: the key answers the same from now on.
async fn remember(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
    row: IntentRow,
) -> Result<pb::CreateIntentResponse, Error> {
    let view = core
        .databases
        .request
        .tenant(scope, async |tx| view::load_one(tx, scope, row).await)
        .await?;
    let view = with_references(core, scope, view).await?;
    core.databases
        .request
        .tenant(scope, async |tx| {
            match kept_reply(tx, scope, request).await? {
                Some(reply) => Ok(reply),
                None => store_reply(tx, scope, request, view).await,
            }
        })
        .await
}

/// Keeps the reply under the caller's key, if there is one.
pub(super) async fn store_reply(
    tx: &mut Tx,
    scope: Scope,
    request: &CreateIntent,
    view: IntentView,
) -> Result<pb::CreateIntentResponse, Error> {
    let reply = pb::CreateIntentResponse {
        intent: Some(reply::intent(&view)?),
        replayed: false,
    };
    if let Some(key) = request.key(scope) {
        let now = db::clock::now(tx).await?;
        let bytes = reply::encode_created(&reply);
        idempotency::store(tx, &key, &request.fingerprint, &bytes, now).await?;
    }
    Ok(reply)
}

fn conflict(field: &str, why: &str) -> Error {
    Error::Fault(Fault {
        field: Some(field.to_owned()),
        ..Fault::new(ErrorCode::Conflict, why)
    })
}
