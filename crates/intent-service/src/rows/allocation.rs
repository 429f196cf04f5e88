//! The ledger: which money belongs to which intent. Append-only.

use super::{Word, rupees, telling};
use crate::schema::{allocations, observations};
use db::types::{MinorUnits, to_db};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{IntentId, ObservationId};
use domain::matching::Rung;
use domain::status::Receipt;
use domain::{Interval, Money, Precision};
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Money that was allocated.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = allocations, check_for_backend(diesel::pg::Pg))]
pub struct AllocationRow {
    #[diesel(deserialize_as = Uuid)]
    pub intent_id: IntentId,
    #[diesel(deserialize_as = Uuid)]
    pub observation_id: ObservationId,
    pub kind: String,
    pub amount: MinorUnits,
    pub rung: Word<Rung>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub allocated_at: Timestamp,
}

impl AllocationRow {
    pub const fn amount(&self) -> Money {
        rupees(self.amount)
    }
}

/// Who gives to whom, by which proof.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The intent's.
    pub scope: Scope,
    pub intent: IntentId,
    pub option_no: i16,
    pub observation: ObservationId,
    pub rung: Rung,
    pub at: Timestamp,
}

/// Gives an observation's money to an intent: `receipt` up to what is due, the rest as `excess`. Zero parts are left out.
pub async fn add(
    conn: &mut Connection,
    entry: Entry,
    receipt: Money,
    excess: Money,
) -> QueryResult<()> {
    for (kind, amount) in [("receipt", receipt), ("excess", excess)] {
        if amount.is_zero() {
            continue;
        }
        diesel::insert_into(allocations::table)
            .values((
                allocations::merchant_id.eq(entry.scope.merchant.uuid()),
                allocations::live.eq(entry.scope.mode.is_live()),
                allocations::intent_id.eq(entry.intent.uuid()),
                allocations::option_no.eq(entry.option_no),
                allocations::observation_id.eq(entry.observation.uuid()),
                allocations::kind.eq(kind),
                allocations::amount.eq(MinorUnits(amount.minor())),
                allocations::rung.eq(entry.rung.as_str()),
                allocations::allocated_at.eq(to_db(entry.at)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Takes `amount` of an observation's money back from an intent: a negative row, since nothing is ever edited.
pub async fn take_back(conn: &mut Connection, entry: Entry, amount: Money) -> QueryResult<()> {
    diesel::insert_into(allocations::table)
        .values((
            allocations::merchant_id.eq(entry.scope.merchant.uuid()),
            allocations::live.eq(entry.scope.mode.is_live()),
            allocations::intent_id.eq(entry.intent.uuid()),
            allocations::option_no.eq(entry.option_no),
            allocations::observation_id.eq(entry.observation.uuid()),
            allocations::kind.eq("reversal"),
            allocations::amount.eq(MinorUnits(amount.minor().saturating_neg())),
            allocations::rung.eq(entry.rung.as_str()),
            allocations::allocated_at.eq(to_db(entry.at)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// What an intent received, one receipt per observation, as the worker (which sees the evidence of
/// shared accounts). `None` where the sums overflow.
pub async fn receipts(
    conn: &mut Connection,
    scope: Scope,
    intent: IntentId,
) -> QueryResult<Option<Vec<Receipt>>> {
    type Row = (
        Uuid,
        MinorUnits,
        jiff_diesel::Timestamp,
        jiff_diesel::Timestamp,
    );
    let rows: Vec<Row> = allocations::table
        .inner_join(observations::table.on(observations::id.eq(allocations::observation_id)))
        .filter(allocations::merchant_id.eq(scope.merchant.uuid()))
        .filter(allocations::live.eq(scope.mode.is_live()))
        .filter(allocations::intent_id.eq(intent.uuid()))
        .filter(allocations::kind.eq_any(["receipt", "excess"]))
        .order(allocations::id)
        .select((
            allocations::observation_id,
            allocations::amount,
            observations::paid_from,
            observations::paid_to,
        ))
        .load(conn)
        .await?;
    let mut receipts: Vec<(Uuid, Receipt)> = Vec::new();
    for (observation, amount, from, to) in rows {
        let (from, to) = (from.to_jiff(), to.to_jiff());
        // The precision plays no part in what follows from a receipt; a constraint keeps the ends in order.
        let Ok(interval) = Interval::new(from, to, Precision::Second) else {
            return Ok(None);
        };
        let amount = rupees(amount);
        match receipts.iter_mut().find(|(id, _)| *id == observation) {
            Some((_, receipt)) => match receipt.amount.checked_add(amount) {
                Some(sum) => receipt.amount = sum,
                None => return Ok(None),
            },
            None => receipts.push((observation, Receipt { amount, interval })),
        }
    }
    Ok(Some(
        receipts.into_iter().map(|(_, receipt)| receipt).collect(),
    ))
}

/// References of the money of some intents, as the bank printed them, oldest first. As the worker.
pub async fn references(
    conn: &mut Connection,
    scope: Scope,
    intents: &[Uuid],
) -> QueryResult<BTreeMap<Uuid, Vec<String>>> {
    let rows: Vec<(Uuid, Uuid)> = allocations::table
        .filter(allocations::merchant_id.eq(scope.merchant.uuid()))
        .filter(allocations::live.eq(scope.mode.is_live()))
        .filter(allocations::intent_id.eq_any(intents))
        .filter(allocations::kind.eq_any(["receipt", "excess"]))
        .order(allocations::id)
        .select((allocations::intent_id, allocations::observation_id))
        .load(conn)
        .await?;
    let observations: Vec<Uuid> = rows.iter().map(|(_, observation)| *observation).collect();
    let printed = telling::printed_references(conn, &observations).await?;
    let mut found: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for (intent, observation) in rows {
        let references = found.entry(intent).or_default();
        if let Some(reference) = printed.get(&observation)
            && !references.contains(reference)
        {
            references.push(reference.clone());
        }
    }
    Ok(found)
}

/// The scope's allocations of some observations, in the order of storing.
pub async fn of_observations(
    conn: &mut Connection,
    scope: Scope,
    observations: &[Uuid],
) -> QueryResult<Vec<AllocationRow>> {
    allocations::table
        .filter(allocations::merchant_id.eq(scope.merchant.uuid()))
        .filter(allocations::live.eq(scope.mode.is_live()))
        .filter(allocations::observation_id.eq_any(observations))
        .order(allocations::id)
        .select(AllocationRow::as_select())
        .load(conn)
        .await
}
