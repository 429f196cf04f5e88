//! `observation.doubted`: a source was revoked. What it alone vouches for settles nothing more, and what it settled is flagged.
//!
//! A payment stands without a source if the ladder names the same intent by what the others told of it: for the code in a note
//! somebody else must have read that note, for an amount somebody else must have seen the money.

use super::decide::{Question, names};
use super::flag::{self, Against};
use crate::core::Core;
use crate::error::Error;
use crate::moves::Cause;
use crate::payment::Payment;
use crate::rows::account::AccountRow;
use crate::rows::finding::{self, Finding};
use crate::rows::intent::IntentRow;
use crate::rows::observed::{Allocated, Observed};
use crate::rows::{doubt, rupees, telling};
use bus::Outcome;
use db::{Scope, Tx, inbox};
use domain::event::{Envelope, Observation, ObservationsDoubted};
use domain::evidence::{DEVICE, Direction};
use domain::ids::{IntentId, ObservationId};
use domain::matching::{Conflict, Decision, Dedication, Rung};
use domain::{Mode, Money, StatusName};
use std::collections::BTreeMap;
use tokio::join;
use uuid::Uuid;

/// Handles one event. Telling it again changes nothing, nor does another event about the same evidence.
pub(crate) async fn consume(
    core: &Core,
    envelope: &Envelope,
    told: &ObservationsDoubted,
) -> Result<Outcome, Error> {
    let work = core.databases.worker.transaction(async |tx| {
        if !inbox::first_time(tx, envelope).await? {
            return Ok::<_, Error>(Struck::default());
        }
        take(tx, told).await
    });
    let struck = work.await?;
    let count = |outcome: &'static str, n: u64| {
        metrics::counter!("noxpay_doubted_payments_total", "outcome" => outcome).increment(n);
    };
    count("flagged", struck.flagged);
    count("review", struck.waiting);
    count("vouched_for", struck.vouched_for);
    Ok(Outcome::Ack)
}

/// Whether a phone was revoked before this word of it came. Its doubt, if it is being stored, is waited for.
pub(super) async fn was_told(tx: &Tx, told: &Observation) -> Result<bool, Error> {
    // Only phones are revoked: a mail costs no question.
    if told.proof.method != DEVICE {
        return Ok(false);
    }
    let id = [told.observation_id.uuid()];
    let (met, known) = join!(doubt::meet(tx, &id), doubt::is_known(tx, told));
    met?;
    Ok(known?)
}

/// What an event came to, in payments.
#[derive(Debug, Default)]
struct Struck {
    flagged: u64,
    waiting: u64,
    vouched_for: u64,
}

async fn take(tx: &mut Tx, told: &ObservationsDoubted) -> Result<Struck, Error> {
    let mut ids: Vec<Uuid> = told.observation_ids.iter().map(|id| id.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Struck::default());
    }
    doubt::meet(tx, &ids).await?;
    let now = db::clock::now(tx).await?;
    // Only what nobody doubted before: a person may have said since that it is good all the same.
    let new = doubt::add(tx, told, &ids, now).await?;
    let stored = doubt::stored(tx, told.source_id, &new).await?;
    let mut struck = Struck::default();
    let payments = payments(tx, stored).await?;
    let mut intents = lock_paid(tx, &payments).await?;
    for (payment, parts) in &payments {
        let cause = Cause {
            at: now,
            observation: Some(payment.lead),
        };
        if parts.is_empty() {
            struck.waiting += u64::from(put_to_review(tx, payment, cause).await?);
            continue;
        }
        for part in parts {
            if stands(tx, payment, part).await? {
                struck.vouched_for += 1;
                continue;
            }
            struck.flagged += 1;
            if let Some(intent) = intents.remove(&part.intent_id) {
                let flagged = flag::note(tx, intent, Against::Doubted(true), cause).await?;
                intents.insert(part.intent_id, flagged.intent);
            }
        }
    }
    Ok(struck)
}

/// The payments that these observations tell of, and what of each belongs to intents. Nobody else decides about them until the
/// transaction ends.
async fn payments(
    tx: &mut Tx,
    observations: Vec<Uuid>,
) -> Result<Vec<(Payment, Vec<Allocated>)>, Error> {
    let mut told = Observed::load(tx, &observations).await?;
    told.retain(|one| one.direction.0 == Direction::Credit);
    // In one order everywhere, and before any intent is locked.
    told.sort_by_key(|one| (one.account_id, one.amount().minor(), one.id));
    for one in &told {
        one.alone(tx).await?;
    }
    let mut leads: Vec<ObservationId> = Vec::new();
    for one in &told {
        let lead = telling::lead_of(tx, one.id).await?;
        if !leads.contains(&lead) {
            leads.push(lead);
        }
    }
    let mut payments = Vec::new();
    for lead in leads {
        let payment = telling::payment(tx, lead).await?;
        let mut parts = Observed::allocated_of(tx, lead).await?;
        // What goes beyond, and what was taken back, stand in rows of their own.
        parts.dedup_by_key(|part| part.intent_id);
        payments.push((payment, parts));
    }
    Ok(payments)
}

/// The intents that have this money, locked in the order of their ids.
async fn lock_paid(
    tx: &mut Tx,
    payments: &[(Payment, Vec<Allocated>)],
) -> Result<BTreeMap<IntentId, IntentRow>, Error> {
    let mut paid: BTreeMap<IntentId, Scope> = BTreeMap::new();
    for (payment, parts) in payments {
        let mode = Mode::from_live(payment.live);
        for part in parts {
            let merchant = part.merchant_id;
            paid.insert(part.intent_id, Scope { merchant, mode });
        }
    }
    let mut intents = BTreeMap::new();
    for (id, scope) in paid {
        let intent = IntentRow::lock(tx, scope, id).await?;
        intents.insert(id, intent.ok_or(Error::Broken("an intent vanished"))?);
    }
    Ok(intents)
}

/// Puts money that waits, and that nobody else told of, to a person. What a person is asked about already stays as it is.
async fn put_to_review(tx: &mut Tx, payment: &Payment, cause: Cause) -> Result<bool, Error> {
    let standing = finding::standing(tx, payment.lead).await?;
    if !payment.is_doubted() || !standing.may_climb() {
        return Ok(false);
    }
    let candidates = standing.candidates.iter().copied();
    let doubted = Finding::Decided(Decision::Review {
        reason: Conflict::SourceRevoked,
        candidates: candidates.map(IntentId::from_uuid).collect(),
    });
    let of = (payment.lead, payment.owner());
    finding::add(tx, of, Some(&standing), &doubted, cause.at).await?;
    Ok(true)
}

/// Whether what is not doubted of a payment suffices for what was given of it.
async fn stands(tx: &mut Tx, payment: &Payment, part: &Allocated) -> Result<bool, Error> {
    if payment.is_doubted() {
        return Ok(false);
    }
    let dedication = match part.rung.0 {
        // A person said whose it is, and somebody else saw it.
        Rung::MerchantWord => return Ok(true),
        Rung::ReservedAmount => Dedication::Kept,
        Rung::Code | Rung::DeclaredVpa | Rung::ClaimedUtr => {
            let account = AccountRow::find(tx, payment.account).await?;
            let account = account.ok_or(Error::Broken("an account vanished"))?;
            account.dedication()
        }
    };
    let question = Question {
        payment,
        dedication,
        offered_again: false,
    };
    names(tx, question, part.intent_id).await
}

/// Part of an intent's money that only revoked sources vouch for.
#[derive(Debug)]
pub(crate) struct InDoubt {
    pub observation: ObservationId,
    pub option_no: i16,
    pub amount: Money,
}

/// What of a locked intent's money is in doubt.
pub(crate) async fn in_doubt(tx: &mut Tx, intent: &IntentRow) -> Result<Vec<InDoubt>, Error> {
    let mut doubted: Vec<InDoubt> = Vec::new();
    for credit in Observed::of_intent(tx, intent.scope(), intent.id).await? {
        let payment = telling::payment(tx, credit.id).await?;
        if !payment.has_doubts() {
            continue;
        }
        let parts = Observed::allocated_of(tx, credit.id).await?;
        let own: Vec<Allocated> = parts
            .into_iter()
            .filter(|part| part.intent_id == intent.id)
            .collect();
        let Some(first) = own.first() else {
            continue;
        };
        if stands(tx, &payment, first).await? {
            continue;
        }
        let mut amount = Money::zero(payment.amount.currency());
        for part in &own {
            amount = amount
                .checked_add(rupees(part.amount))
                .ok_or(Error::Broken("allocations overflow"))?;
        }
        doubted.push(InDoubt {
            observation: credit.id,
            option_no: first.option_no,
            amount,
        });
    }
    Ok(doubted)
}

/// Somebody else told of a payment that is given, and that was in doubt: if nothing is any more, the intents are free of it.
pub(super) async fn vouched_for(
    tx: &mut Tx,
    payment: ObservationId,
    by: ObservationId,
) -> Result<Option<(StatusName, Rung)>, Error> {
    let now = db::clock::now(tx).await?;
    let cause = Cause {
        at: now,
        observation: Some(by),
    };
    let told = telling::payment(tx, payment).await?;
    let parts = Observed::allocated_of(tx, payment).await?;
    let rung = parts.first().map(|part| part.rung.0);
    let mut entered = None;
    for intent in lock_paid(tx, &[(told, parts)]).await?.into_values() {
        if intent.doubted_at.is_some() && in_doubt(tx, &intent).await?.is_empty() {
            let judged = flag::note(tx, intent, Against::Doubted(false), cause).await?;
            entered = entered.or(judged.entered);
        }
    }
    Ok(entered.zip(rung))
}
