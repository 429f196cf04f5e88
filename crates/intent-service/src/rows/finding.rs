//! What was decided about an observation, and why. The last one counts.

use crate::schema::findings;
use db::Connection;
use db::types::to_db;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::ids::{IntentId, MerchantId};
use domain::matching::Decision;
use jiff::Timestamp;
use uuid::Uuid;

/// A decision as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = findings, check_for_backend(diesel::pg::Pg))]
pub struct FindingRow {
    pub observation_id: Uuid,
    pub outcome: String,
    pub rung: Option<String>,
    pub reason: Option<String>,
    pub intent_id: Option<Uuid>,
    pub candidates: Vec<Uuid>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub decided_at: Timestamp,
}

/// What an observation turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An account's proving payment.
    Proved,
    Decided(Decision),
}

impl Finding {
    /// Its name in the database and in metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Decided(Decision::Allocate { .. }) => "allocated",
            Self::Decided(Decision::Review { .. }) => "review",
            Self::Decided(Decision::Suspense { .. }) => "suspense",
        }
    }
}

/// Stores the first finding about an observation.
pub async fn add(
    conn: &mut Connection,
    observation: &Observation,
    owner: MerchantId,
    finding: &Finding,
    now: Timestamp,
) -> QueryResult<()> {
    let (rung, reason, intent, candidates): (_, _, _, &[IntentId]) = match finding {
        Finding::Proved => (None, None, None, &[]),
        Finding::Decided(Decision::Allocate { intent, rung }) => {
            (Some(rung.as_str()), None, Some(intent.uuid()), &[])
        }
        Finding::Decided(Decision::Review { reason, candidates }) => {
            (None, Some(reason.as_str()), None, candidates)
        }
        Finding::Decided(Decision::Suspense { reason }) => (None, Some(reason.as_str()), None, &[]),
    };
    let candidates: Vec<Uuid> = candidates.iter().map(|id| id.uuid()).collect();
    diesel::insert_into(findings::table)
        .values((
            findings::observation_id.eq(observation.observation_id.uuid()),
            findings::finding_no.eq(1_i16),
            findings::merchant_id.eq(owner.uuid()),
            findings::live.eq(observation.live),
            findings::outcome.eq(finding.outcome()),
            findings::rung.eq(rung),
            findings::reason.eq(reason),
            findings::intent_id.eq(intent),
            findings::candidates.eq(candidates),
            findings::decided_at.eq(to_db(now)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The findings about some observations, in the order in which they were made.
pub async fn of_observations(
    conn: &mut Connection,
    observations: &[Uuid],
) -> QueryResult<Vec<FindingRow>> {
    findings::table
        .filter(findings::observation_id.eq_any(observations))
        .order((findings::observation_id, findings::finding_no))
        .select(FindingRow::as_select())
        .load(conn)
        .await
}
