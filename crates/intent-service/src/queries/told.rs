//! What became of evidence, for whoever told it.

use crate::core::Core;
use crate::error::Error;
use crate::rows::allocation;
use crate::schema::{findings, sightings};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was decided about one observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// As it was asked for.
    pub observation_id: Uuid,
    /// The last finding's.
    pub outcome: String,
    pub rung: Option<String>,
    pub reason: Option<String>,
    /// The scope's intents that have its money. None where it waits, or is another project's.
    pub intents: Vec<Uuid>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = findings, check_for_backend(diesel::pg::Pg))]
struct Last {
    observation_id: Uuid,
    outcome: String,
    rung: Option<String>,
    reason: Option<String>,
    joined_to: Option<Uuid>,
}

/// Each of these observations that the scope knows. One that told known evidence again is answered with what became of that
/// evidence; one that was joined to another, with the other's intents.
///
/// # Errors
/// The database's.
pub async fn find_by_observations(
    core: &Core,
    scope: Scope,
    ids: &[Uuid],
) -> Result<Vec<Told>, Error> {
    core.databases
        .request
        .tenant(scope, async |tx| {
            let again: Vec<(Uuid, Uuid)> = sightings::table
                .filter(sightings::id.eq_any(ids))
                .select((sightings::id, sightings::observation_id))
                .load(tx)
                .await?;
            let again: BTreeMap<Uuid, Uuid> = again.into_iter().collect();
            let meant = |id: &Uuid| again.get(id).copied().unwrap_or(*id);
            let last = last_findings(tx, ids.iter().map(meant).collect()).await?;
            let mut holders: Vec<Uuid> = last.keys().copied().collect();
            holders.extend(last.values().filter_map(|finding| finding.joined_to));
            let allocated = allocation::of_observations(tx, scope, &holders).await?;
            let told = ids.iter().filter_map(|id| {
                let finding = last.get(&meant(id))?.clone();
                let holder = finding.joined_to.unwrap_or(finding.observation_id);
                let of = allocated
                    .iter()
                    .filter(|a| a.observation_id.uuid() == holder);
                let mut intents: Vec<Uuid> = of.map(|a| a.intent_id.uuid()).collect();
                intents.sort_unstable();
                intents.dedup();
                Some(Told {
                    observation_id: *id,
                    outcome: finding.outcome,
                    rung: finding.rung,
                    reason: finding.reason,
                    intents,
                })
            });
            Ok(told.collect())
        })
        .await
}

async fn last_findings(
    conn: &mut Connection,
    observations: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Last>, Error> {
    let rows: Vec<Last> = findings::table
        .filter(findings::observation_id.eq_any(observations))
        .order((findings::observation_id, findings::finding_no))
        .select(Last::as_select())
        .load(conn)
        .await?;
    // The last of each stays.
    Ok(rows
        .into_iter()
        .map(|row| (row.observation_id, row))
        .collect())
}
