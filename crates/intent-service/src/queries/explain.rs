//! An intent with every fact that its state follows from.

use super::evidence::{self, EvidenceView};
use super::intents::{Key, find, with_references};
use super::view::{self, IntentView};
use crate::core::Core;
use crate::error::Error;
use crate::rows::decision::{self, DecisionRow};
use crate::rows::intent::IntentRow;
use crate::rows::transition::{self, TransitionRow};
use crate::schema::{allocations, findings, observations};
use crate::sources::{self, Witness};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::policy::Terms;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything about one intent.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub view: IntentView,
    pub terms: Terms,
    pub transitions: Vec<TransitionRow>,
    /// What people decided about it, oldest first.
    pub decisions: Vec<DecisionRow>,
    /// Allocated to it, or with it among the candidates; oldest first.
    pub evidence: Vec<EvidenceView>,
    /// The witnesses of its account.
    pub witnesses: Vec<Witness>,
}

/// Explains one of the scope's intents.
///
/// # Errors
/// `NOT_FOUND`, also where it is another merchant's.
pub async fn explain_intent(core: &Core, scope: Scope, key: &Key) -> Result<Explanation, Error> {
    let (view, transitions, decisions) = core
        .databases
        .request
        .tenant(scope, async |tx| {
            let row = find(tx, scope, key).await?;
            let transitions = transition::of(tx, scope, row.id).await?;
            let decisions = decision::of(tx, scope, row.id).await?;
            let view = view::load_one(tx, scope, row).await?;
            Ok::<_, Error>((view, transitions, decisions))
        })
        .await?;
    let terms = view.intent.terms()?;
    let view = with_references(core, scope, view).await?;
    // As the worker: watermarks belong to no merchant, and evidence to the account's owner.
    let mut conn = core.databases.worker.get().await?;
    let about = about(&mut conn, &view.intent).await?;
    let evidence = evidence::load(&mut conn, scope, &about).await?;
    let witnesses = match view.options.as_slice() {
        [first, ..] => sources::witnesses(&mut conn, first.account.id).await?,
        [] => Vec::new(),
    };
    Ok(Explanation {
        view,
        terms,
        transitions,
        decisions,
        evidence,
        witnesses,
    })
}

/// The observations that have to do with the intent, and what was joined to them; oldest first.
async fn about(conn: &mut Connection, intent: &IntentRow) -> Result<Vec<Uuid>, Error> {
    let allocated = allocations::table
        .inner_join(observations::table.on(observations::id.eq(allocations::observation_id)))
        .filter(allocations::merchant_id.eq(intent.merchant_id.uuid()))
        .filter(allocations::live.eq(intent.live))
        .filter(allocations::intent_id.eq(intent.id.uuid()))
        .select((observations::id, observations::recorded_at))
        .load::<(Uuid, jiff_diesel::Timestamp)>(conn)
        .await?;
    let considered = findings::table
        .inner_join(observations::table.on(observations::id.eq(findings::observation_id)))
        .filter(findings::candidates.contains(vec![intent.id.uuid()]))
        .filter(findings::live.eq(intent.live))
        .select((observations::id, observations::recorded_at))
        .load::<(Uuid, jiff_diesel::Timestamp)>(conn)
        .await?;
    let leads: Vec<Uuid> = allocated
        .iter()
        .chain(&considered)
        .map(|(id, _)| *id)
        .collect();
    let joined = findings::table
        .inner_join(observations::table.on(observations::id.eq(findings::observation_id)))
        .filter(findings::joined_to.eq_any(leads))
        .select((observations::id, observations::recorded_at))
        .load::<(Uuid, jiff_diesel::Timestamp)>(conn)
        .await?;
    let all: BTreeMap<_, _> = allocated
        .into_iter()
        .chain(considered)
        .chain(joined)
        .map(|(id, at)| ((at.to_jiff(), id), id))
        .collect();
    Ok(all.into_values().collect())
}
