//! The bank says that it took money back. That unsettles nothing by itself: the merchant is told once, and a person asked.

use super::Taken;
use super::flag::{self, Against};
use crate::error::Error;
use crate::moves::Cause;
use crate::rows::account::AccountRow;
use crate::rows::finding::{self, Finding, Ruled};
use crate::rows::intent::IntentRow;
use crate::rows::observed::Observed;
use crate::rows::telling;
use crate::schema::observations;
use db::{Connection, Scope, Tx};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::event::Observation;
use domain::evidence::{Direction, Strength, reference_key};
use domain::ids::IntentId;
use domain::matching::{Conflict, Decision};
use jiff::Timestamp;
use tokio::join;

/// Decides about a reversal alert, which was just stored: a person is asked about it, and about whatever its money paid.
pub(super) async fn take(
    tx: &mut Tx,
    told: &Observation,
    account: &AccountRow,
) -> Result<Taken, Error> {
    meet(tx, told).await?;
    let reversal = Observed::find(tx, told.observation_id).await?;
    let reversal = reversal.ok_or(Error::Broken("an observation vanished"))?;
    let struck = Struck::by(tx, &reversal).await?;
    let now = db::clock::now(tx).await?;
    let finding = Finding::Decided(Decision::Review {
        reason: Conflict::NotACredit,
        candidates: struck.intents.iter().map(|intent| intent.id).collect(),
    });
    let owner = Scope {
        merchant: account.merchant_id,
        mode: Mode::from_live(told.live),
    };
    let of = (told.observation_id, owner);
    finding::add(tx, of, None, &finding, now).await?;
    struck.flag(tx, &reversal, now).await?;
    metrics::counter!("noxpay_reversals_reported_total").increment(1);
    Ok(Taken::Found {
        outcome: finding.outcome(),
        entered: None,
    })
}

/// Whether the bank said before that it took this new credit back: queues keep no order. Then a person is asked about it.
pub(super) async fn was_told(tx: &mut Tx, told: &Observation) -> Result<bool, Error> {
    if told.direction != Direction::Credit || told.strength != Strength::Strong {
        return Ok(false);
    }
    let (met, known) = join!(meet(tx, told), is_known(tx, told));
    met?;
    if !known? {
        return Ok(false);
    }
    let credit = Observed::find(tx, told.observation_id).await?;
    let credit = credit.ok_or(Error::Broken("an observation vanished"))?;
    if !credit.is_taken_back(tx).await? {
        return Ok(false);
    }
    let now = db::clock::now(tx).await?;
    credit.rule(tx, None, Ruled::TakenBack, now).await?;
    Ok(true)
}

/// A credit and its reversal that are stored at the same moment wait for each other here, after storing and before looking:
/// the second one then sees the first.
async fn meet(mut conn: &Connection, told: &Observation) -> QueryResult<()> {
    let class = String::from(told.rail_class.clone());
    let key = reference_key(&told.rail_class, &told.reference);
    db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793605))")
        .bind::<Text, _>(format!("{}/{class}/{key}", told.account_id))
        .execute(&mut conn)
        .await
        .map(drop)
}

async fn is_known(mut conn: &Connection, told: &Observation) -> QueryResult<bool> {
    let known = observations::table
        .filter(observations::account_id.eq(told.account_id.uuid()))
        .filter(observations::rail_class.eq(String::from(told.rail_class.clone())))
        .filter(observations::reference.eq(reference_key(&told.rail_class, &told.reference)))
        .filter(observations::direction.eq(Direction::Reversal.as_str()));
    diesel::select(exists(known)).get_result(&mut conn).await
}

/// What a reversal alert is about.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    /// The intents that its credit paid, locked.
    pub intents: Vec<IntentRow>,
    /// Its credit, held, if that belongs to no intent.
    pub unspent: Option<Observed>,
}

impl Struck {
    /// Looks for the credit of the same reference.
    ///
    /// # Errors
    /// [`Error::Contended`] where somebody gave it to an intent meanwhile.
    pub(crate) async fn by(tx: &mut Tx, reversal: &Observed) -> Result<Self, Error> {
        let (class, reference) = (&*reversal.rail_class, &*reversal.reference);
        let key = (reversal.account_id, class, reference);
        let Some(credit) = Observed::sibling(tx, key, Direction::Credit).await? else {
            return Ok(Self::default());
        };
        // Another channel's evidence may stand for the payment.
        let lead = telling::lead_of(tx, credit.id).await?;
        let lead = Observed::find(tx, lead).await?;
        let credit = lead.ok_or(Error::Broken("an observation vanished"))?;
        credit.alone(tx).await?;
        let mode = Mode::from_live(credit.live);
        let mut paid: Vec<(IntentId, Scope)> = Vec::new();
        for part in credit.allocated(tx).await? {
            let merchant = part.merchant_id;
            paid.push((part.intent_id, Scope { merchant, mode }));
        }
        paid.sort_by_key(|(id, _)| *id);
        paid.dedup();
        let mut intents = Vec::new();
        for (id, scope) in paid {
            let row = IntentRow::lock(tx, scope, id).await?;
            intents.push(row.ok_or(Error::Broken("an intent vanished"))?);
        }
        credit.hold(tx).await?;
        let unspent = intents.is_empty().then_some(credit);
        if let Some(credit) = &unspent
            && credit.is_allocated(tx).await?
        {
            // That intent is to be locked before the evidence.
            return Err(Error::Contended);
        }
        Ok(Self { intents, unspent })
    }

    /// Flags what the credit paid; a credit that still waits is put to review, so that nothing settles on it.
    pub(crate) async fn flag(
        self,
        tx: &mut Tx,
        reversal: &Observed,
        now: Timestamp,
    ) -> Result<(), Error> {
        note(tx, self.intents, true, reversal, now).await?;
        if let Some(credit) = self.unspent {
            let standing = credit.standing(tx).await?;
            if standing.is_open() {
                let after = Some(&standing);
                credit.rule(tx, after, Ruled::TakenBack, now).await?;
            }
        }
        Ok(())
    }

    /// The alert was no reversal. A credit that waits is left to a person.
    pub(crate) async fn unflag(
        self,
        tx: &mut Tx,
        reversal: &Observed,
        now: Timestamp,
    ) -> Result<(), Error> {
        note(tx, self.intents, false, reversal, now).await
    }
}

/// Notes on locked intents whether their money was taken back, as `reversal` tells.
async fn note(
    tx: &mut Tx,
    intents: Vec<IntentRow>,
    taken_back: bool,
    reversal: &Observed,
    now: Timestamp,
) -> Result<(), Error> {
    let cause = Cause {
        at: now,
        observation: Some(reversal.id),
    };
    for intent in intents {
        flag::note(tx, intent, Against::TakenBack(taken_back), cause).await?;
    }
    Ok(())
}
