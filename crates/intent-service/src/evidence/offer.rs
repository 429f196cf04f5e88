//! Money that waits is offered again when a payer says something about it. Its amount alone proves nothing any more.

use super::decide::{Question, allocate, decide_under_lock};
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::finding::{self, Finding};
use crate::rows::intent::IntentRow;
use crate::rows::{rupees, telling};
use crate::schema::{observations, sightings};
use db::Tx;
use db::types::{MinorUnits, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::evidence::Direction;
use domain::ids::{AccountId, IntentId, ObservationId};
use domain::matching::{Conflict, Decision, Rung};
use domain::{Mode, Money, StatusName};
use jiff::Timestamp;
use uuid::Uuid;

/// A state that an intent entered, and by which rung.
pub(crate) type Entered = Option<(StatusName, Rung)>;

/// The money of that reference in that account, if it is here, and how much it is.
pub(crate) async fn find_by_reference(
    tx: &mut Tx,
    account: AccountId,
    mode: Mode,
    (class, reference): &(String, String),
) -> QueryResult<Option<(ObservationId, Money)>> {
    let found: Option<(Uuid, MinorUnits)> = observations::table
        .filter(observations::account_id.eq(account.uuid()))
        .filter(observations::rail_class.eq(class))
        .filter(observations::reference.eq(reference))
        .filter(observations::live.eq(mode.is_live()))
        .filter(observations::direction.eq(Direction::Credit.as_str()))
        .select((observations::id, observations::amount))
        .first(tx)
        .await
        .optional()?;
    Ok(found.map(|(id, amount)| (ObservationId::from_uuid(id), rupees(amount))))
}

/// Offers the money of that payer, of that amount and since then, again, oldest first. Under the lock of its account and
/// amount.
pub(crate) async fn offer_by_payer(
    tx: &mut Tx,
    account: AccountId,
    mode: Mode,
    payer_vpa: &str,
    amount: Money,
    since: Timestamp,
) -> Result<Entered, Error> {
    /// A payer pays one amount a few times at most while an intent is open.
    const MOST: i64 = 10;
    let recent: Vec<(Uuid, Option<String>)> = observations::table
        .filter(observations::account_id.eq(account.uuid()))
        .filter(observations::amount.eq(MinorUnits(amount.minor())))
        .filter(observations::paid_to.ge(to_db(since)))
        .filter(observations::live.eq(mode.is_live()))
        .filter(observations::direction.eq(Direction::Credit.as_str()))
        .order((observations::paid_from, observations::id))
        .limit(MOST)
        .select((observations::id, observations::payer_vpa))
        .load(tx)
        .await?;
    let ids: Vec<Uuid> = recent.iter().map(|(id, _)| *id).collect();
    let told_again: Vec<(Uuid, Option<String>)> = sightings::table
        .filter(sightings::observation_id.eq_any(ids))
        .filter(sightings::payer_vpa.is_not_null())
        .select((sightings::observation_id, sightings::payer_vpa))
        .load(tx)
        .await?;
    let is_payer = |vpa: &Option<String>| {
        vpa.as_deref()
            .is_some_and(|vpa| vpa.eq_ignore_ascii_case(payer_vpa))
    };
    for (id, vpa) in &recent {
        let again = told_again.iter().any(|(of, vpa)| of == id && is_payer(vpa));
        if is_payer(vpa) || again {
            let entered = offer(tx, ObservationId::from_uuid(*id)).await?;
            if entered.is_some() {
                return Ok(entered);
            }
        }
    }
    Ok(None)
}

/// Offers one observation's money again, if it waits. Under the lock of its account and amount.
pub(crate) async fn offer(tx: &mut Tx, observation: ObservationId) -> Result<Entered, Error> {
    let lead = telling::lead_of(tx, observation).await?;
    let standing = finding::standing(tx, lead).await?;
    if standing.outcome != "suspense" {
        return Ok(None);
    }
    let payment = telling::payment(tx, lead).await?;
    let account = AccountRow::find(tx, payment.account).await?;
    let account = account.ok_or(Error::Broken("an account vanished"))?;
    let question = Question {
        payment: &payment,
        dedication: standing.dedication(account.dedication()),
        offered_again: true,
    };
    let (decision, named) = decide_under_lock(tx, question).await?;
    if standing.says(&decision) {
        return Ok(None);
    }
    let now = db::clock::now(tx).await?;
    let finding = Finding::Decided(decision.clone());
    let of = (lead, payment.owner());
    finding::add(tx, of, Some(&standing), &finding, now).await?;
    match (decision, named) {
        (Decision::Allocate { rung, .. }, Some(named)) => {
            let entered = allocate(tx, lead, payment.amount, named, rung, now).await?;
            Ok(entered.map(|status| (status, rung)))
        }
        _ => Ok(None),
    }
}

/// Takes evidence out of a payment that it was joined to by amount and time alone, and asks a person: `claimed_by` says that
/// it is of another payment. What was given to an intent stays given.
pub(crate) async fn doubt_join(
    tx: &mut Tx,
    observation: ObservationId,
    claimed_by: &IntentRow,
) -> Result<(), Error> {
    let lead = telling::lead_of(tx, observation).await?;
    let given_to = finding::standing(tx, lead).await?.intent_id;
    let given_to = given_to.map(IntentId::from_uuid);
    let Some(given_to) = given_to.filter(|id| lead != observation && *id != claimed_by.id) else {
        return Ok(());
    };
    let doubt = Finding::Decided(Decision::Review {
        reason: Conflict::EvidenceDisagrees,
        candidates: vec![given_to, claimed_by.id],
    });
    let now = db::clock::now(tx).await?;
    let owner = telling::payment(tx, lead).await?.owner();
    let last = finding::standing(tx, observation).await?;
    finding::add(tx, (observation, owner), Some(&last), &doubt, now).await?;
    Ok(())
}
