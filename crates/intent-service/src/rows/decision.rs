//! Decisions of people about an intent: facts like any other.

use crate::schema::decisions;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::IntentId;
use jiff::Timestamp;

/// Stores a cancellation, under the intent's lock.
pub async fn add_cancel(
    conn: &mut Connection,
    scope: Scope,
    intent: IntentId,
    actor: &str,
    reason: Option<&str>,
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
            decisions::kind.eq("cancel"),
            decisions::actor.eq(actor),
            decisions::reason.eq(reason),
            decisions::decided_at.eq(to_db(now)),
        ))
        .execute(conn)
        .await
        .map(drop)
}
