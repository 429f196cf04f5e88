//! Money that fits no intent, or that a person is asked about.

use super::evidence::{self, EvidenceView};
use crate::core::Core;
use crate::error::Error;
use crate::schema::findings;
use db::Scope;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// The newest `limit` of it, on accounts that the scope's merchant owns.
///
/// # Errors
/// The database's.
pub async fn list_unmatched(
    core: &Core,
    scope: Scope,
    limit: i64,
) -> Result<Vec<EvidenceView>, Error> {
    let later = diesel::alias!(findings as later);
    core.databases
        .request
        .tenant(scope, async |tx| {
            let answered = later
                .filter(
                    later
                        .field(findings::observation_id)
                        .eq(findings::observation_id),
                )
                .filter(later.field(findings::finding_no).gt(findings::finding_no));
            let ids: Vec<Uuid> = findings::table
                .filter(findings::merchant_id.eq(scope.merchant.uuid()))
                .filter(findings::live.eq(scope.mode.is_live()))
                // Written out, not bound: only then does the index of these alone fit, whatever plan is kept.
                .filter(sql::<Bool>("findings.outcome IN ('review', 'suspense')"))
                .filter(not(exists(answered)))
                .order((findings::decided_at.desc(), findings::observation_id.desc()))
                .limit(limit)
                .select(findings::observation_id)
                .load(tx)
                .await?;
            evidence::load(tx, scope, &ids).await
        })
        .await
}
