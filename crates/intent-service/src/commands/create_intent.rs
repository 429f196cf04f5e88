//! A merchant asks for money.

mod eligible;
mod known;
mod write;

use crate::config::IntentTtl;
use crate::core::Core;
use crate::error::Error;
use crate::offer::{Reach, Sight};
use db::Scope;
use db::idempotency::{self, CredentialClass};
use db::types::JsonText;
use domain::{Money, OrderId};
use known::Known;
use proto::intent as pb;
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

/// After so many tries, each spoiled by others who took what it was about to take, a call gives up.
const MOST_TRIES: u32 = 5;

/// How a try ended.
enum Tried {
    Created(Box<pb::CreateIntentResponse>),
    Known(Known),
    /// Nothing was written. [`Error::Contended`]: others were faster.
    Refused(Error),
}

/// Reserves an amount and stores the intent. The same request again answers the same intent.
///
/// # Errors
/// `INVALID` (`upi_vpa`), `NO_ACCOUNT`, `CONFLICT` (`order_id`, `idempotency_key`), `AMOUNT_SPACE_EXHAUSTED` with a time to
/// wait, `IN_FLIGHT`, `UNAVAILABLE` where others were faster each time. Nothing was written then.
pub async fn create_intent(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
) -> Result<pb::CreateIntentResponse, Error> {
    let (mut tries, mut reach) = (1, Reach::Near);
    loop {
        let refused = match attempt(core, scope, request, reach).await? {
            Tried::Created(reply) => {
                let class = request.class.as_str();
                metrics::counter!("noxpay_intents_created_total", "class" => class).increment(1);
                return Ok(*reply);
            }
            Tried::Known(known) => return known.answer(core, scope, request).await,
            Tried::Refused(error) => error,
        };
        // A repeated request needs no account and no free amount; most requests are new, so that this is asked last.
        if let Some(known) = known::look(core, scope, request).await? {
            return known.answer(core, scope, request).await;
        }
        match refused {
            Error::Contended if tries < MOST_TRIES => (tries, reach) = (tries + 1, Reach::All),
            refused => return Err(refused),
        }
    }
}

async fn attempt(
    core: &Core,
    scope: Scope,
    request: &CreateIntent,
    reach: Reach,
) -> Result<Tried, Error> {
    let workers = &core.databases.worker;
    let public = request.class == CredentialClass::Public;
    // The public's share counts over all amounts, so that what is near says nothing about what is left.
    let reach = if public { Reach::All } else { reach };
    let (granted, sight) = Sight::take(workers, scope, request.amount, reach).await?;
    let accounts = match eligible::among(granted, request) {
        Err(error @ Error::Fault(_)) => return Ok(Tried::Refused(error)),
        accounts => accounts?,
    };
    let offer = sight.offer(workers, scope, &accounts, public).await?;
    if offer.free.is_empty() && offer.reference_only.is_empty() {
        return Ok(Tried::Refused(offer.exhausted().into()));
    }
    let tried = core
        .databases
        .request
        .tenant(scope, async |tx| {
            // Nobody with the same key works at the same time: this waits for him. Who took the order id is seen by the
            // insert.
            if let Some(reply) = known::kept_reply(tx, scope, request).await? {
                return Ok(Tried::Known(Known::Reply(Box::new(reply))));
            }
            let view = write::write(tx, scope, request, &offer).await?;
            let reply = known::store_reply(tx, scope, request, view).await?;
            Ok(Tried::Created(Box::new(reply)))
        })
        .await;
    match tried {
        Err(Error::Contended) => Ok(Tried::Refused(Error::Contended)),
        tried => tried,
    }
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
