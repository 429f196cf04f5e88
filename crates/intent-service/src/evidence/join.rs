//! One payment that several channels tell, in whatever order: it counts once, with all that they say.

use super::candidates::{Named, by_code};
use super::decide::{Question, allocate, decide_under_lock};
use super::{Taken, doubt};
use crate::error::Error;
use crate::payment::Payment;
use crate::rows::finding::{self, Finding, FindingRow};
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::rows::{self, telling};
use db::Tx;
use domain::StatusName;
use domain::ids::{IntentId, ObservationId};
use domain::matching::{CLOCK_SKEW, Conflict, Decision, Dedication, Rung};
use jiff::Timestamp;
use tokio::join;

/// The payment that `new` is further evidence of, if there is one.
pub(super) async fn known_payment(tx: &mut Tx, new: &Payment) -> Result<Option<Payment>, Error> {
    let mut seen: Vec<ObservationId> = Vec::new();
    for observation in telling::alike(tx, new).await? {
        let lead = telling::lead_of(tx, observation).await?;
        if seen.contains(&lead) {
            continue;
        }
        seen.push(lead);
        let known = telling::payment(tx, lead).await?;
        if known.may_include(&new.first) {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// Takes the observation `new` as further evidence of `known`.
pub(super) async fn join(
    tx: &mut Tx,
    new: &Payment,
    known: &Payment,
    dedication: Dedication,
) -> Result<Taken, Error> {
    let standing = finding::standing(tx, known.lead).await?;
    let finding = if standing.may_climb() {
        return reconsider(tx, known, &standing, Some(new), dedication).await;
    } else {
        match contradicted(tx, new, &standing).await? {
            Some(candidates) => Finding::Decided(Decision::Review {
                reason: Conflict::EvidenceDisagrees,
                candidates,
            }),
            None => Finding::Joined(known.lead),
        }
    };
    let now = db::clock::now(tx).await?;
    finding::add(tx, (new.lead, new.owner()), None, &finding, now).await?;
    let entered = if known.has_doubts() && !new.is_doubted() {
        // Rare, and large: it stays out of the way of every other alert.
        Box::pin(doubt::vouched_for(tx, known.lead, new.lead)).await?
    } else {
        None
    };
    Ok(Taken::Found {
        outcome: finding.outcome(),
        entered,
    })
}

/// A known reference was told again, by `again`: what waited may climb further by what is said now.
pub(super) async fn told_again(
    tx: &mut Tx,
    observation: ObservationId,
    again: ObservationId,
    dedication: Dedication,
) -> Result<Option<(StatusName, Rung)>, Error> {
    // Neither needs the other's answer: one round trip.
    let (lead, doubted) = join!(
        telling::lead_of(tx, observation),
        rows::doubt::touches(tx, observation)
    );
    let (lead, doubted) = (lead?, doubted?);
    let standing = finding::standing(tx, lead).await?;
    if !standing.may_climb() {
        return if doubted {
            Box::pin(doubt::vouched_for(tx, lead, again)).await
        } else {
            Ok(None)
        };
    }
    // It is among what is stored by now: was anything unknown without it?
    let known = telling::payment(tx, lead).await?;
    let news = known.without(again.uuid());
    if news.is_none_or(|(before, telling)| before.knows(&telling)) {
        return Ok(None);
    }
    let taken = reconsider(tx, &known, &standing, None, dedication).await?;
    Ok(match taken {
        Taken::Found { entered, .. } => entered,
        _ => None,
    })
}

/// Decides about an open payment anew, by all of its evidence.
async fn reconsider(
    tx: &mut Tx,
    known: &Payment,
    standing: &FindingRow,
    arrived: Option<&Payment>,
    dedication: Dedication,
) -> Result<Taken, Error> {
    let whole = arrived.map_or_else(|| known.clone(), |new| known.with(new.first.clone()));
    let question = Question {
        payment: &whole,
        dedication: standing.dedication(dedication),
        offered_again: false,
    };
    let (decision, named) = decide_under_lock(tx, question).await?;
    let of_known = (known.lead, known.owner());
    let now = db::clock::now(tx).await?;
    let (Decision::Allocate { rung, .. }, Some(named)) = (&decision, named) else {
        if let Some(new) = arrived {
            let joined = Finding::Joined(known.lead);
            finding::add(tx, (new.lead, new.owner()), None, &joined, now).await?;
        }
        let next = Finding::Decided(decision.clone());
        if !standing.says(&decision) {
            finding::add(tx, of_known, Some(standing), &next, now).await?;
        }
        return Ok(Taken::Found {
            outcome: next.outcome(),
            entered: None,
        });
    };
    let rung = *rung;
    let decided = Finding::Decided(decision.clone());
    let lead = match arrived {
        None => known.lead,
        Some(new) => {
            let lead = whole.better_lead(new.lead);
            let joined = Finding::Joined(lead);
            if lead == new.lead {
                for other in telling::joined_to(tx, known.lead).await? {
                    let other = ObservationId::from_uuid(other);
                    let last = finding::standing(tx, other).await?;
                    let of = (other, known.owner());
                    finding::add(tx, of, Some(&last), &joined, now).await?;
                }
                finding::add(tx, (lead, new.owner()), None, &decided, now).await?;
                finding::add(tx, of_known, Some(standing), &joined, now).await?;
            } else {
                finding::add(tx, (new.lead, new.owner()), None, &joined, now).await?;
            }
            lead
        }
    };
    if lead == known.lead {
        finding::add(tx, of_known, Some(standing), &decided, now).await?;
    }
    let entered = allocate(tx, lead, whole.amount, named, rung, now).await?;
    Ok(Taken::Found {
        outcome: decided.outcome(),
        entered: entered.map(|status| (status, rung)),
    })
}

/// The intents that are in question if `new` cannot mean the intent that the payment was given to.
async fn contradicted(
    tx: &mut Tx,
    new: &Payment,
    standing: &FindingRow,
) -> Result<Option<Vec<IntentId>>, Error> {
    let Some(id) = standing.intent_id.map(IntentId::from_uuid) else {
        return Ok(None);
    };
    let intent = IntentRow::find_anywhere(tx, id).await?;
    let intent = intent.ok_or(Error::Broken("an intent vanished"))?;
    let option = OptionRow::first(tx, intent.scope(), id).await?;
    let given_to = Named { intent, option }.candidate()?;
    let mut named = by_code(tx, new).await?;
    let says_another = !named.is_empty() && named.iter().all(|n| n.intent.id != id);
    let earliest = given_to.created_at.checked_sub(CLOCK_SKEW);
    let in_time = new.interval().meets(
        earliest.unwrap_or(Timestamp::MIN),
        // What was late when it settled is late in every channel.
        Timestamp::MAX,
    );
    if in_time && !says_another {
        return Ok(None);
    }
    named.retain(|n| n.intent.id != id);
    let others = named.iter().map(|n| n.intent.id);
    Ok(Some(std::iter::once(id).chain(others).collect()))
}
