//! Evidence with what was decided about it.

use crate::error::Error;
use crate::rows::allocation::{self, AllocationRow};
use crate::rows::doubt::{self, DoubtRow};
use crate::rows::finding::{self, FindingRow};
use crate::rows::intent::IntentRow;
use crate::rows::observation::ObservationRow;
use crate::rows::ruling::{self, RulingRow};
use crate::schema::{doubts, observations, sightings};
use db::{Connection, Scope};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One observation, as far as the scope may know it: of other projects' intents it learns nothing.
#[derive(Clone, Debug)]
pub struct EvidenceView {
    pub observation: ObservationRow,
    pub findings: Vec<FindingRow>,
    pub allocations: Vec<AllocationRow>,
    /// How often it was told again.
    pub sightings: i64,
    /// Whether one of them named another amount.
    pub contradicted: bool,
    /// What the scope's people decided about it.
    pub rulings: Vec<RulingRow>,
    /// Since when and why it is not believed any more: its source was revoked.
    pub doubt: Option<DoubtRow>,
    /// How many of the sightings are not believed any more.
    pub doubted_sightings: i64,
}

/// The observations of these ids, in the same order, with everything that the scope may know about them.
///
/// # Errors
/// The database's.
pub async fn load(
    conn: &mut Connection,
    scope: Scope,
    ids: &[Uuid],
) -> Result<Vec<EvidenceView>, Error> {
    let rows: Vec<ObservationRow> = observations::table
        .filter(observations::id.eq_any(ids))
        .select(ObservationRow::as_select())
        .load(conn)
        .await?;
    let told: Vec<(Uuid, i64, bool, i64)> = sightings::table
        .left_join(
            doubts::table.on(doubts::observation_id
                .eq(sightings::id)
                .and(doubts::source_id.eq(sightings::source_id))),
        )
        .filter(sightings::observation_id.eq_any(ids))
        .group_by(sightings::observation_id)
        .select((
            sightings::observation_id,
            count_star(),
            sql::<Bool>("bool_or(sightings.contradicts)"),
            sql::<BigInt>("count(doubts.observation_id)"),
        ))
        .load(conn)
        .await?;
    let mut findings = finding::of_observations(conn, ids).await?;
    hide_foreign_intents(conn, scope, &mut findings).await?;
    let allocations = allocation::of_observations(conn, scope, ids).await?;
    let rulings = ruling::of_observations(conn, scope, ids).await?;
    let doubts = doubt::of_observations(conn, ids).await?;
    let mut rows: BTreeMap<Uuid, ObservationRow> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    let view = |id: &Uuid| {
        let observation = rows.remove(id)?;
        let told = told.iter().find(|(of, ..)| of == id);
        Some(EvidenceView {
            findings: findings
                .iter()
                .filter(|f| f.observation_id == *id)
                .cloned()
                .collect(),
            allocations: allocations
                .iter()
                .filter(|a| a.observation_id.uuid() == *id)
                .cloned()
                .collect(),
            rulings: rulings
                .iter()
                .filter(|r| r.observation_id == *id)
                .cloned()
                .collect(),
            doubt: doubts.iter().find(|d| d.observation_id == *id).cloned(),
            sightings: told.map_or(0, |(_, count, ..)| *count),
            contradicted: told.is_some_and(|(_, _, contradicted, _)| *contradicted),
            doubted_sightings: told.map_or(0, |(.., doubted)| *doubted),
            observation,
        })
    };
    Ok(ids.iter().filter_map(view).collect())
}

/// An intent's id opens its checkout: those of other projects are left out.
async fn hide_foreign_intents(
    conn: &mut Connection,
    scope: Scope,
    findings: &mut [FindingRow],
) -> Result<(), Error> {
    let mut all: Vec<Uuid> = Vec::new();
    for finding in findings.iter() {
        all.extend(&finding.candidates);
        all.extend(finding.intent_id);
    }
    let own = IntentRow::own_ids(conn, scope, &all).await?;
    for finding in findings {
        finding.candidates.retain(|id| own.contains(id));
        finding.intent_id = finding.intent_id.filter(|id| own.contains(id));
    }
    Ok(())
}
