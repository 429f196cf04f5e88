//! What was decided about an observation, and why. The last one counts.

use super::Word;
use crate::error::Error;
use crate::schema::findings;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{IntentId, ObservationId};
use domain::matching::{Decision, Dedication, Rung, Unmatched};
use jiff::Timestamp;
use uuid::Uuid;

/// A decision as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = findings, check_for_backend(diesel::pg::Pg))]
pub struct FindingRow {
    pub observation_id: Uuid,
    pub finding_no: i16,
    pub outcome: String,
    pub rung: Option<Word<Rung>>,
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
    /// evidence takes away stays with that person. What only a revoked source told of may climb by what others say.
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

    /// Whether the amount of this money may speak, when its account is asked about it again. What came while dedication was
    /// suspended may be a walk-in's: that it was lifted later makes its amount no proof.
    pub fn dedication(&self, of_account: Dedication) -> Dedication {
        let came_suspended = Unmatched::DedicationSuspended.as_str();
        match of_account {
            Dedication::Kept if self.reason.as_deref() == Some(came_suspended) => {
                Dedication::Suspended
            }
            other => other,
        }
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
    /// By the ladder.
    Decided(Decision),
    Ruled(Ruled),
}

/// What follows from a person's decision, or from other evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruled {
    /// A person said whose it is.
    Allocated(IntentId),
    /// No sale: the merchant's own transfer, or an alert without consequence.
    Dismissed,
    /// To be given back.
    RefundDue,
    /// Put back to review.
    Restored,
    /// The bank says that it took it back: nothing may settle on it alone.
    TakenBack,
    /// An alert that money was taken back, and it was so.
    Reversed(IntentId),
}

/// The columns of a finding that differ by what it is.
#[derive(Default)]
struct Columns<'a> {
    rung: Option<Rung>,
    reason: Option<&'static str>,
    intent: Option<IntentId>,
    joined_to: Option<ObservationId>,
    /// `None`: those of the finding before.
    candidates: Option<&'a [IntentId]>,
}

impl Finding {
    /// Its name in the database and in metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Joined(_) => "joined",
            Self::Decided(Decision::Allocate { .. }) | Self::Ruled(Ruled::Allocated(_)) => {
                "allocated"
            }
            Self::Decided(Decision::Review { .. })
            | Self::Ruled(Ruled::Restored | Ruled::TakenBack) => "review",
            Self::Decided(Decision::Suspense { .. }) => "suspense",
            Self::Ruled(Ruled::Dismissed) => "dismissed",
            Self::Ruled(Ruled::RefundDue) => "refund_due",
            Self::Ruled(Ruled::Reversed(_)) => "reversed",
        }
    }

    fn columns(&self) -> Columns<'_> {
        let none = Columns {
            candidates: Some(&[]),
            ..Columns::default()
        };
        match self {
            Self::Proved => none,
            Self::Joined(lead) => Columns {
                joined_to: Some(*lead),
                ..none
            },
            Self::Decided(Decision::Allocate { intent, rung }) => Columns {
                rung: Some(*rung),
                intent: Some(*intent),
                ..none
            },
            Self::Decided(Decision::Review { reason, candidates }) => Columns {
                reason: Some(reason.as_str()),
                candidates: Some(candidates),
                ..none
            },
            Self::Decided(Decision::Suspense { reason }) => Columns {
                reason: Some(reason.as_str()),
                ..none
            },
            Self::Ruled(ruled) => ruled.columns(),
        }
    }
}

impl Ruled {
    fn columns(self) -> Columns<'static> {
        let because = |reason| Columns {
            reason: Some(reason),
            ..Columns::default()
        };
        match self {
            Self::Allocated(intent) => Columns {
                rung: Some(Rung::MerchantWord),
                intent: Some(intent),
                ..Columns::default()
            },
            Self::Reversed(intent) => Columns {
                intent: Some(intent),
                ..Columns::default()
            },
            Self::Dismissed => because("not_a_sale"),
            Self::RefundDue => because("to_be_given_back"),
            Self::Restored => because("restored"),
            Self::TakenBack => because("taken_back"),
        }
    }
}

/// Stores a finding about an observation of `owner`'s: the first one, or the one that follows the standing one (`after`). Under
/// the lock of its account and amount (`payment::lock`), or the observation's own. Says its number.
pub async fn add(
    conn: &mut Connection,
    (observation, owner): (ObservationId, Scope),
    after: Option<&FindingRow>,
    finding: &Finding,
    now: Timestamp,
) -> QueryResult<i16> {
    let number = after.map_or(1, |last| last.finding_no.saturating_add(1));
    let columns = finding.columns();
    let candidates: Vec<Uuid> = match (columns.candidates, after) {
        (Some(named), _) => named.iter().map(|id| id.uuid()).collect(),
        (None, Some(last)) => last.candidates.clone(),
        (None, None) => Vec::new(),
    };
    diesel::insert_into(findings::table)
        .values((
            findings::observation_id.eq(observation.uuid()),
            findings::finding_no.eq(number),
            findings::merchant_id.eq(owner.merchant.uuid()),
            findings::live.eq(owner.mode.is_live()),
            findings::outcome.eq(finding.outcome()),
            findings::rung.eq(columns.rung.map(Rung::as_str)),
            findings::reason.eq(columns.reason),
            findings::intent_id.eq(columns.intent.map(IntentId::uuid)),
            findings::candidates.eq(candidates),
            findings::decided_at.eq(to_db(now)),
            findings::joined_to.eq(columns.joined_to.map(ObservationId::uuid)),
        ))
        .execute(conn)
        .await?;
    Ok(number)
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
    mut conn: &Connection,
    observation: ObservationId,
) -> QueryResult<Option<FindingRow>> {
    findings::table
        .filter(findings::observation_id.eq(observation.uuid()))
        .order(findings::finding_no.desc())
        .select(FindingRow::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The same of an observation that is stored, and so has one.
pub async fn standing(conn: &Connection, observation: ObservationId) -> Result<FindingRow, Error> {
    let last = last(conn, observation).await?;
    last.ok_or(Error::Broken("an observation has no finding"))
}
