//! A merchant asks for money.

mod pool;
mod write;

use crate::config::IntentTtl;
use crate::core::Core;
use crate::error::Error;
use crate::queries::intents::with_references;
use crate::queries::view::{self, IntentView};
use crate::reply;
use crate::reserve::{self, Reach};
use crate::rows::intent::IntentRow;
use db::idempotency::{self, CredentialClass, Lookup};
use db::types::JsonText;
use db::{Scope, Tx};
use domain::{ErrorCode, Money, OrderId};
use proto::{Fault, intent as pb};
use rails::vpa::Vpa;

/// What is asked, checked.
#[derive(Clone, Debug)]
pub struct CreateIntent {
    pub order_id: OrderId,
    pub amount: Money,
    /// Only accounts with this address; `None` for any of the merchant's.
    pub vpa: Option<Vpa>,
    pub redirect_url: Option<String>,
    pub metadata: Option<JsonText>,
    pub ttl: IntentTtl,
    pub class: CredentialClass,
    /// SHA-256 of what the caller asked.
    pub fingerprint: [u8; 32],
    pub idempotency: Option<IdempotencyKey>,
    /// W3C trace context of the call.
    pub trace: JsonText,
}

/// The caller's own key, and the route on which it was used.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub route: String,
    pub key: String,
}

/// Where a known request was found.
enum Replay {
    /// Its reply was stored.
    Reply(Box<pb::CreateIntentResponse>),
    /// Its intent stands.
    Intent(Box<IntentRow>),
}

/// How often a call begins anew because others took what it was about to take.
const TRIES: u32 = 5;

/// Reserves an amount and stores the intent. The same request again answers the same intent.
///
/// # Errors
/// `INVALID` (`upi_vpa`), `NO_ACCOUNT`, `CONFLICT` (`order_id`, `idempotency_key`), `AMOUNT_SPACE_EXHAUSTED` with a time to
/// wait. Nothing was written then.
pub async fn create_intent(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
) -> Result<pb::CreateIntentResponse, Error> {
    let (mut tries, mut reach) = (1, Reach::Near);
    loop {
        match attempt(core, scope, request, reach).await {
            Err(Error::Contended) if tries < TRIES => (tries, reach) = (tries + 1, Reach::All),
            answer => return answer,
        }
    }
}

async fn attempt(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
    reach: Reach,
) -> Result<pb::CreateIntentResponse, Error> {
    let requests = &core.databases.request;
    // What is known is answered first: a repeated request needs no account and no free amount.
    let (known, accounts) = requests
        .tenant(scope, async |tx| {
            let known = find_known(tx, scope, request).await?;
            let accounts = match &known {
                Some(_) => Vec::new(),
                None => pool::pool(tx, scope, request).await?,
            };
            Ok::<_, Error>((known, accounts))
        })
        .await?;
    if let Some(known) = known {
        return answer_known(core, scope, request, known).await;
    }
    let public = request.class == CredentialClass::Public;
    let offer = reserve::offer(core, &accounts, request.amount, public, reach).await?;
    if offer.free.is_empty() && offer.reference_only.is_empty() {
        return Err(offer.exhausted().into());
    }
    let created = requests
        .tenant(scope, async |tx| {
            // Nobody with the same key works at the same time: this waits for him.
            if let Some(known) = find_known(tx, scope, request).await? {
                return Ok::<_, Error>(Err(known));
            }
            let view = write::write(tx, scope, request, &offer).await?;
            store_reply(tx, scope, request, view).await.map(Ok)
        })
        .await?;
    match created {
        Ok(reply) => {
            metrics::counter!("noxpay_intents_created_total", "class" => request.class.as_str())
                .increment(1);
            Ok(reply)
        }
        Err(known) => answer_known(core, scope, request, known).await,
    }
}

async fn find_known(
    tx: &mut Tx,
    scope: Scope,
    request: &CreateIntent,
) -> Result<Option<Replay>, Error> {
    if let Some(reply) = find_reply(tx, scope, request).await? {
        return Ok(Some(Replay::Reply(Box::new(reply))));
    }
    let row = same_order(tx, scope, request).await?;
    Ok(row.map(|row| Replay::Intent(Box::new(row))))
}

/// What was answered under the caller's key, if it was given before. Waits for a running call with the same key.
async fn find_reply(
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

async fn answer_known(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
    known: Replay,
) -> Result<pb::CreateIntentResponse, Error> {
    let mut reply = match known {
        Replay::Reply(reply) => *reply,
        Replay::Intent(row) => remember(core, scope, request, *row).await?,
    };
    reply.replayed = true;
    Ok(reply)
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
            match find_reply(tx, scope, request).await? {
                Some(reply) => Ok(reply),
                None => store_reply(tx, scope, request, view).await,
            }
        })
        .await
}

/// Keeps the reply under the caller's key, if there is one.
async fn store_reply(
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

impl CreateIntent {
    fn key(&self, scope: Scope) -> Option<idempotency::Key<'_>> {
        self.idempotency.as_ref().map(|given| idempotency::Key {
            scope,
            class: self.class,
            route: &given.route,
            key: &given.key,
        })
    }
}
