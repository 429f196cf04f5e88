//! Decisions of people about evidence, beside the findings that they made.

use super::Word;
use crate::schema::rulings;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// What a person decided about money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Match,
    Dismiss,
    RefundDue,
    Restore,
    Reverse,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Dismiss => "dismiss",
            Self::RefundDue => "refund_due",
            Self::Restore => "restore",
            Self::Reverse => "reverse",
        }
    }
}

/// A decision as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = rulings, check_for_backend(diesel::pg::Pg))]
pub struct RulingRow {
    pub observation_id: Uuid,
    pub kind: Word<Kind>,
    pub actor: String,
    pub reason: String,
    pub request_id: String,
    pub accepted: Vec<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub decided_at: Timestamp,
}

/// What is stored.
#[derive(Clone, Debug)]
pub struct NewRuling<'a> {
    pub kind: Kind,
    pub actor: &'a str,
    pub reason: &'a str,
    pub request_id: &'a str,
    /// The rules that it breaks.
    pub accepted: Vec<&'static str>,
}

/// Stores what the scope's merchant decided, beside the finding of that number.
pub async fn add(
    conn: &mut Connection,
    scope: Scope,
    (observation, finding_no): (Uuid, i16),
    new: &NewRuling<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(rulings::table)
        .values((
            rulings::observation_id.eq(observation),
            rulings::finding_no.eq(finding_no),
            rulings::merchant_id.eq(scope.merchant.uuid()),
            rulings::live.eq(scope.mode.is_live()),
            rulings::kind.eq(new.kind.as_str()),
            rulings::actor.eq(new.actor),
            rulings::reason.eq(new.reason),
            rulings::request_id.eq(new.request_id),
            rulings::accepted.eq(&new.accepted),
            rulings::decided_at.eq(to_db(now)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// What the scope's merchant decided about some observations, oldest first.
pub async fn of_observations(
    conn: &mut Connection,
    scope: Scope,
    observations: &[Uuid],
) -> QueryResult<Vec<RulingRow>> {
    rulings::table
        .filter(rulings::merchant_id.eq(scope.merchant.uuid()))
        .filter(rulings::live.eq(scope.mode.is_live()))
        .filter(rulings::observation_id.eq_any(observations))
        .order((rulings::observation_id, rulings::finding_no))
        .select(RulingRow::as_select())
        .load(conn)
        .await
}
