//! Decisions of people about an intent: facts like any other.

use super::Word;
use crate::schema::decisions;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{IntentId, ObservationId};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Cancel,
    /// This money is the intent's.
    Match,
    /// Its money settles it as it is.
    Approve,
    /// None of its money is wanted.
    Reject,
    /// The same, and the money is to be given back.
    RefundDue,
    /// Its money was taken back.
    Reverse,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Match => "match",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RefundDue => "refund_due",
            Self::Reverse => "reverse",
        }
    }
}

/// A decision as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = decisions, check_for_backend(diesel::pg::Pg))]
pub struct DecisionRow {
    pub kind: Word<Kind>,
    pub actor: String,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    pub observation_id: Option<Uuid>,
    pub accepted: Vec<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub decided_at: Timestamp,
}

/// What is stored.
#[derive(Clone, Debug)]
pub struct NewDecision<'a> {
    pub kind: Kind,
    pub actor: &'a str,
    pub reason: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub observation: Option<ObservationId>,
    /// The rules that it breaks.
    pub accepted: Vec<&'static str>,
}

impl<'a> NewDecision<'a> {
    /// With nothing else said.
    pub const fn new(kind: Kind, actor: &'a str) -> Self {
        Self {
            kind,
            actor,
            reason: None,
            request_id: None,
            observation: None,
            accepted: Vec::new(),
        }
    }
}

/// Stores a decision, under the intent's lock.
pub async fn add(
    conn: &mut Connection,
    scope: Scope,
    intent: IntentId,
    new: &NewDecision<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    let last: Option<i16> = decisions::table
        .filter(decisions::merchant_id.eq(scope.merchant.uuid()))
        .filter(decisions::live.eq(scope.mode.is_live()))
        .filter(decisions::intent_id.eq(intent.uuid()))
        .select(max(decisions::decision_no))
        .first(conn)
        .await?;
    diesel::insert_into(decisions::table)
        .values((
            decisions::merchant_id.eq(scope.merchant.uuid()),
            decisions::live.eq(scope.mode.is_live()),
            decisions::intent_id.eq(intent.uuid()),
            decisions::decision_no.eq(last.unwrap_or(0).saturating_add(1)),
            decisions::kind.eq(new.kind.as_str()),
            decisions::actor.eq(new.actor),
            decisions::reason.eq(new.reason),
            decisions::request_id.eq(new.request_id),
            decisions::observation_id.eq(new.observation.map(ObservationId::uuid)),
            decisions::accepted.eq(&new.accepted),
            decisions::decided_at.eq(to_db(now)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// An intent's decisions, oldest first.
pub async fn of(
    conn: &mut Connection,
    scope: Scope,
    intent: IntentId,
) -> QueryResult<Vec<DecisionRow>> {
    decisions::table
        .filter(decisions::merchant_id.eq(scope.merchant.uuid()))
        .filter(decisions::live.eq(scope.mode.is_live()))
        .filter(decisions::intent_id.eq(intent.uuid()))
        .order(decisions::decision_no)
        .select(DecisionRow::as_select())
        .load(conn)
        .await
}
