//! What people decide about money. Each decision is a fact, stored with its effect, its event and its reply.

mod answer;
mod approve;
mod assign;
mod observation;
mod reject;
mod reverse;

use crate::core::Core;
use crate::error::Error;
use crate::queries::intents::Key;
use crate::rows::decision::{Kind as Decision, NewDecision};
use crate::rows::intent::IntentRow;
use crate::rows::observed::Observed;
use crate::rows::ruling::{Kind as Ruling, NewRuling};
use db::idempotency::{self, CredentialClass, Lookup};
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::breach::Breach;
use domain::evidence::Direction;
use domain::ids::ObservationId;
use domain::text::Reason;
use prost::Message;
use proto::{Fault, intent as pb};
use std::collections::BTreeSet;

/// On whose authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A secret key of the merchant: only what conflicts with nothing.
    Key,
    /// The owner's role.
    Owner,
}

/// Who says it, why, and what that person knows to be broken by it.
#[derive(Clone, Debug)]
pub struct Word {
    pub actor: String,
    pub request_id: String,
    pub authority: Authority,
    pub reason: Reason,
    pub accept: BTreeSet<Breach>,
    pub fingerprint: [u8; 32],
    /// The caller's key, and the route it was used on.
    pub idempotency: Option<(String, String)>,
}

/// What is decided.
#[derive(Clone, Debug)]
pub enum Asked {
    Approve(Key),
    Reject(Key),
    /// An intent's money is to be given back.
    RefundDue(Key),
    Reverse(Key),
    /// The observation is that intent's money.
    Match(ObservationId, Key),
    Dismiss(ObservationId),
    /// The observation is to be given back.
    GiveBack(ObservationId),
    Restore(ObservationId),
}

/// What came of it.
#[derive(Debug)]
enum Outcome {
    Intent(Box<IntentRow>),
    Observation {
        id: ObservationId,
        intent: Option<Box<IntentRow>>,
    },
    /// Nothing was done: these rules would be broken.
    Unaccepted(BTreeSet<Breach>),
}

/// Decides. The same decision again answers the same, and says nothing on the bus.
///
/// # Errors
/// `NOT_FOUND`; `WRONG_STATE` where there is nothing to decide, or it was decided otherwise; `FORBIDDEN` where only the owner
/// may; `CONFLICT`, `IN_FLIGHT` about the idempotency key.
pub async fn decide(
    core: &Core,
    scope: Scope,
    asked: &Asked,
    word: &Word,
) -> Result<pb::Decided, Error> {
    let work = core.databases.worker.transaction(async |tx| {
        if let Some(reply) = kept(tx, scope, word).await? {
            return Ok::<_, Error>(reply);
        }
        let outcome = work(tx, scope, asked, word).await?;
        let done = !matches!(outcome, Outcome::Unaccepted(_));
        let reply = answer::of(tx, scope, outcome).await?;
        if done {
            keep(tx, scope, word, &reply).await?;
        }
        Ok(reply)
    });
    let reply = work.await?;
    let outcome = if reply.unaccepted.is_empty() {
        "done"
    } else {
        "unaccepted"
    };
    metrics::counter!("noxpay_decisions_total", "kind" => asked.name(), "outcome" => outcome)
        .increment(1);
    Ok(reply)
}

async fn work(tx: &mut Tx, scope: Scope, asked: &Asked, word: &Word) -> Result<Outcome, Error> {
    match asked {
        Asked::Approve(key) => approve::approve(tx, scope, key, word).await,
        Asked::Reject(key) => reject::reject(tx, scope, key, word, Decision::Reject).await,
        Asked::RefundDue(key) => reject::reject(tx, scope, key, word, Decision::RefundDue).await,
        Asked::Reverse(key) => reverse::reverse(tx, scope, key, word).await,
        Asked::Match(id, key) => assign::assign(tx, scope, *id, key, word).await,
        Asked::Dismiss(id) => observation::dismiss(tx, scope, *id, word).await,
        Asked::GiveBack(id) => observation::give_back(tx, scope, *id, word).await,
        Asked::Restore(id) => observation::restore(tx, scope, *id, word).await,
    }
}

impl Asked {
    const fn name(&self) -> &'static str {
        match self {
            Self::Approve(_) => "approve",
            Self::Reject(_) => "reject",
            Self::RefundDue(_) | Self::GiveBack(_) => "refund_due",
            Self::Reverse(_) => "reverse",
            Self::Match(..) => "match",
            Self::Dismiss(_) => "dismiss",
            Self::Restore(_) => "restore",
        }
    }
}

impl Word {
    /// Nothing, if every one of `breaches` was named by somebody who may break it.
    ///
    /// # Errors
    /// `FORBIDDEN` where they were named by somebody who may not.
    fn unaccepted(&self, breaches: &BTreeSet<Breach>) -> Result<Option<Outcome>, Error> {
        let missing: BTreeSet<Breach> = breaches.difference(&self.accept).copied().collect();
        if !missing.is_empty() {
            return Ok(Some(Outcome::Unaccepted(missing)));
        }
        let conflicts = breaches.iter().filter(|b| b.is_conflict());
        let conflicts: Vec<&str> = conflicts.map(|b| b.as_str()).collect();
        if self.authority == Authority::Owner || conflicts.is_empty() {
            return Ok(None);
        }
        let why = format!(
            "only the owner's role may go on over {}",
            conflicts.join(", ")
        );
        Err(Fault::new(ErrorCode::Forbidden, why).into())
    }

    fn decision(
        &self,
        kind: Decision,
        observation: Option<ObservationId>,
        breaches: &BTreeSet<Breach>,
    ) -> NewDecision<'_> {
        NewDecision {
            kind,
            actor: &self.actor,
            reason: Some(self.reason.as_str()),
            request_id: Some(&self.request_id),
            observation,
            accepted: breaches.iter().map(|b| b.as_str()).collect(),
        }
    }

    fn ruling(&self, kind: Ruling, breaches: &BTreeSet<Breach>) -> NewRuling<'_> {
        NewRuling {
            kind,
            actor: &self.actor,
            reason: self.reason.as_str(),
            request_id: &self.request_id,
            accepted: breaches.iter().map(|b| b.as_str()).collect(),
        }
    }

    fn key(&self, scope: Scope) -> Option<idempotency::Key<'_>> {
        let (key, route) = self.idempotency.as_ref()?;
        Some(idempotency::Key {
            scope,
            class: CredentialClass::Secret,
            route,
            key,
        })
    }
}

/// What was answered under the caller's key. Waits for a running call with the same key.
async fn kept(tx: &mut Tx, scope: Scope, word: &Word) -> Result<Option<pb::Decided>, Error> {
    let Some(key) = word.key(scope) else {
        return Ok(None);
    };
    match idempotency::lookup(tx, &key, &word.fingerprint).await? {
        Lookup::New => Ok(None),
        Lookup::Mismatch => {
            let fault = Fault::new(ErrorCode::Conflict, "was used with another request");
            Err(Error::Fault(Fault {
                field: Some("idempotency_key".to_owned()),
                ..fault
            }))
        }
        Lookup::InFlight => {
            let why = "a request with this key is still being answered";
            Err(Fault::new(ErrorCode::InFlight, why).into())
        }
        Lookup::Replay(bytes) => pb::Decided::decode(&*bytes)
            .map(Some)
            .map_err(|_| Error::Broken("a kept reply is unreadable")),
    }
}

async fn keep(tx: &mut Tx, scope: Scope, word: &Word, reply: &pb::Decided) -> Result<(), Error> {
    if let Some(key) = word.key(scope) {
        let now = db::clock::now(tx).await?;
        idempotency::store(tx, &key, &word.fingerprint, &reply.encode_to_vec(), now).await?;
    }
    Ok(())
}

/// The caller's own intent, locked.
async fn lock_own(tx: &mut Tx, scope: Scope, key: &Key) -> Result<IntentRow, Error> {
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such intent");
    let id = match key {
        Key::Id(id) => *id,
        Key::Order(order) => {
            let row = IntentRow::find_by_order(tx, scope, order).await?;
            row.ok_or_else(missing)?.id
        }
    };
    Ok(IntentRow::lock(tx, scope, id).await?.ok_or_else(missing)?)
}

/// The same, and nobody else decides about its money, or about an alert that it was taken back.
async fn lock_with_money(tx: &mut Tx, scope: Scope, key: &Key) -> Result<IntentRow, Error> {
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such intent");
    let found = match key {
        Key::Id(id) => IntentRow::find(tx, scope, *id).await?,
        Key::Order(order) => IntentRow::find_by_order(tx, scope, order).await?,
    };
    let id = found.ok_or_else(missing)?.id;
    let ids = |money: &[Observed]| money.iter().map(|part| part.id).collect::<Vec<_>>();
    let money = Observed::of_intent(tx, scope, id).await?;
    let mut all = money.clone();
    for credit in &money {
        let key = (credit.account_id, &*credit.rail_class, &*credit.reference);
        all.extend(Observed::sibling(tx, key, Direction::Reversal).await?);
    }
    all.sort_by_key(|part| (part.account_id, part.amount().minor()));
    for part in &all {
        part.alone(tx).await?;
    }
    let locked = IntentRow::lock(tx, scope, id).await?.ok_or_else(missing)?;
    if ids(&Observed::of_intent(tx, scope, id).await?) != ids(&money) {
        // More came meanwhile: begin anew.
        return Err(Error::Contended);
    }
    Ok(locked)
}

fn wrong_state(why: impl Into<String>) -> Error {
    Fault::new(ErrorCode::WrongState, why).into()
}
