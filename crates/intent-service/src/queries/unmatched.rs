//! Money that waits for a person: what fits no intent, what is asked about, and what is to be given back.

use super::evidence::{self, EvidenceView};
use super::suggest::{self, Suggestion};
use crate::core::Core;
use crate::error::Error;
use crate::schema::{allocations, findings};
use db::{Connection, Scope};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A decision, or a stronger proof.
    Open,
    /// To be given back.
    RefundDue,
}

/// Evidence, and the intents that it may belong to.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub evidence: EvidenceView,
    pub suggestions: Vec<Suggestion>,
}

/// The newest `limit` of it, on accounts that the scope's merchant owns; what is to be given back also where it is the money
/// of an own intent.
///
/// # Errors
/// The database's.
pub async fn list_waiting(
    core: &Core,
    scope: Scope,
    state: State,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    // As the worker: an intent of another project on the same account is a reason to be careful.
    let mut conn = core.databases.worker.get().await?;
    let conn: &mut Connection = &mut conn;
    let ids = match state {
        State::Open => open(conn, scope, limit).await?,
        State::RefundDue => refund_due(conn, scope, limit).await?,
    };
    let mut waiting = Vec::new();
    for evidence in evidence::load(conn, scope, &ids).await? {
        let suggestions = match state {
            State::RefundDue => Vec::new(),
            State::Open => {
                let last = evidence.findings.last();
                let candidates = last.map(|f| &*f.candidates).unwrap_or_default();
                suggest::of(conn, scope, evidence.observation.id, candidates).await?
            }
        };
        waiting.push(Waiting {
            evidence,
            suggestions,
        });
    }
    Ok(waiting)
}

/// The same without suggestions: money that fits no intent, or that a person is asked about.
///
/// # Errors
/// The database's.
pub async fn list_unmatched(
    core: &Core,
    scope: Scope,
    limit: i64,
) -> Result<Vec<EvidenceView>, Error> {
    let waiting = list_waiting(core, scope, State::Open, limit).await?;
    Ok(waiting.into_iter().map(|w| w.evidence).collect())
}

async fn open(conn: &mut Connection, scope: Scope, limit: i64) -> QueryResult<Vec<Uuid>> {
    let later = diesel::alias!(findings as later);
    let answered = later
        .filter(
            later
                .field(findings::observation_id)
                .eq(findings::observation_id),
        )
        .filter(later.field(findings::finding_no).gt(findings::finding_no));
    findings::table
        .filter(findings::merchant_id.eq(scope.merchant.uuid()))
        .filter(findings::live.eq(scope.mode.is_live()))
        // Written out, not bound: only then does the index of these alone fit, whatever plan is kept.
        .filter(sql::<Bool>("findings.outcome IN ('review', 'suspense')"))
        .filter(not(exists(answered)))
        .order((findings::decided_at.desc(), findings::observation_id.desc()))
        .limit(limit)
        .select(findings::observation_id)
        .load(conn)
        .await
}

async fn refund_due(conn: &mut Connection, scope: Scope, limit: i64) -> QueryResult<Vec<Uuid>> {
    let later = diesel::alias!(findings as later);
    let answered = later
        .filter(
            later
                .field(findings::observation_id)
                .eq(findings::observation_id),
        )
        .filter(later.field(findings::finding_no).gt(findings::finding_no));
    let own = allocations::table
        .filter(allocations::observation_id.eq(findings::observation_id))
        .filter(allocations::merchant_id.eq(scope.merchant.uuid()));
    findings::table
        .filter(findings::live.eq(scope.mode.is_live()))
        .filter(sql::<Bool>("findings.outcome = 'refund_due'"))
        .filter(
            findings::merchant_id
                .eq(scope.merchant.uuid())
                .or(exists(own)),
        )
        .filter(not(exists(answered)))
        .order((findings::decided_at.desc(), findings::observation_id.desc()))
        .limit(limit)
        .select(findings::observation_id)
        .load(conn)
        .await
}
