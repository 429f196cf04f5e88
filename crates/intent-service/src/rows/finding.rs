//! What was decided about an observation, and why. The last one counts.

use crate::schema::findings;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{IntentId, ObservationId};
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
    /// The observation that stands for the payment, where this one is further evidence of it.
    pub joined_to: Option<Uuid>,
}

impl FindingRow {
    /// Nobody has decided yet where the money belongs.
    pub fn is_open(&self) -> bool {
        matches!(self.outcome.as_str(), "review" | "suspense")
    }

    /// More evidence, or a payer's word, may still decide it. What a person was asked about for a doubt that no further
    /// evidence takes away stays with that person.
    pub fn may_climb(&self) -> bool {
        let asked = [
            "taken_back",
            "restored",
            "equal_alerts",
            "evidence_disagrees",
        ];
        self.is_open()
            && self
                .reason
                .as_deref()
                .is_none_or(|reason| !asked.contains(&reason))
    }

    /// Whether `decision` would say the same.
    pub fn says(&self, decision: &Decision) -> bool {
        let (reason, candidates): (_, &[IntentId]) = match decision {
            Decision::Allocate { .. } => return false,
            Decision::Review { reason, candidates } => (reason.as_str(), candidates),
            Decision::Suspense { reason } => (reason.as_str(), &[]),
        };
        let candidates: Vec<Uuid> = candidates.iter().map(|id| id.uuid()).collect();
        self.reason.as_deref() == Some(reason) && self.candidates == candidates
    }
}

/// What an observation turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An account's proving payment.
    Proved,
    /// Further evidence of the payment that this observation stands for.
    Joined(ObservationId),
    Decided(Decision),
}

impl Finding {
    /// Its name in the database and in metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Joined(_) => "joined",
            Self::Decided(Decision::Allocate { .. }) => "allocated",
            Self::Decided(Decision::Review { .. }) => "review",
            Self::Decided(Decision::Suspense { .. }) => "suspense",
        }
    }
}

/// Stores the first finding about an observation of `owner`'s.
pub async fn add_first(
    conn: &mut Connection,
    observation: ObservationId,
    owner: Scope,
    finding: &Finding,
    now: Timestamp,
) -> QueryResult<()> {
    insert(conn, observation, owner, 1, finding, now).await
}

/// Stores one more. Under the lock of its account and amount (`payment::lock`).
pub async fn add_next(
    conn: &mut Connection,
    observation: ObservationId,
    owner: Scope,
    finding: &Finding,
    now: Timestamp,
) -> QueryResult<()> {
    let last: Option<i16> = findings::table
        .filter(findings::observation_id.eq(observation.uuid()))
        .select(max(findings::finding_no))
        .first(conn)
        .await?;
    let number = last.unwrap_or(0).saturating_add(1);
    insert(conn, observation, owner, number, finding, now).await
}

async fn insert(
    conn: &mut Connection,
    observation: ObservationId,
    owner: Scope,
    number: i16,
    finding: &Finding,
    now: Timestamp,
) -> QueryResult<()> {
    let (rung, reason, intent, candidates): (_, _, _, &[IntentId]) = match finding {
        Finding::Proved | Finding::Joined(_) => (None, None, None, &[]),
        Finding::Decided(Decision::Allocate { intent, rung }) => {
            (Some(rung.as_str()), None, Some(intent.uuid()), &[])
        }
        Finding::Decided(Decision::Review { reason, candidates }) => {
            (None, Some(reason.as_str()), None, candidates)
        }
        Finding::Decided(Decision::Suspense { reason }) => (None, Some(reason.as_str()), None, &[]),
    };
    let joined_to = match finding {
        Finding::Joined(lead) => Some(lead.uuid()),
        _ => None,
    };
    let candidates: Vec<Uuid> = candidates.iter().map(|id| id.uuid()).collect();
    diesel::insert_into(findings::table)
        .values((
            findings::observation_id.eq(observation.uuid()),
            findings::finding_no.eq(number),
            findings::merchant_id.eq(owner.merchant.uuid()),
            findings::live.eq(owner.mode.is_live()),
            findings::outcome.eq(finding.outcome()),
            findings::rung.eq(rung),
            findings::reason.eq(reason),
            findings::intent_id.eq(intent),
            findings::candidates.eq(candidates),
            findings::decided_at.eq(to_db(now)),
            findings::joined_to.eq(joined_to),
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

/// The finding that counts.
pub async fn last(
    conn: &mut Connection,
    observation: ObservationId,
) -> QueryResult<Option<FindingRow>> {
    findings::table
        .filter(findings::observation_id.eq(observation.uuid()))
        .order(findings::finding_no.desc())
        .select(FindingRow::as_select())
        .first(conn)
        .await
        .optional()
}
