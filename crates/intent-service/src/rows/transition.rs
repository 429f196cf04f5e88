//! One row per event about an intent.

use super::Word;
use super::intent::IntentRow;
use crate::schema::transitions;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::StatusName;
use domain::ids::{EventId, IntentId, ObservationId};
use jiff::Timestamp;
use uuid::Uuid;

/// A move of an intent, as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = transitions, check_for_backend(diesel::pg::Pg))]
pub struct TransitionRow {
    pub sequence: i64,
    pub event_type: String,
    pub previous_status: Option<Word<StatusName>>,
    pub status: Word<StatusName>,
    pub review_reason: Option<String>,
    pub observation_id: Option<Uuid>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
}

/// Stores that `intent` came to stand as it does.
pub async fn add(
    mut conn: &Connection,
    intent: &IntentRow,
    previous: Option<StatusName>,
    (event, kind): (EventId, &str),
    cause: Option<ObservationId>,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(transitions::table)
        .values((
            transitions::merchant_id.eq(intent.merchant_id.uuid()),
            transitions::live.eq(intent.live),
            transitions::intent_id.eq(intent.id.uuid()),
            transitions::sequence.eq(intent.sequence),
            transitions::event_id.eq(event.uuid()),
            transitions::event_type.eq(kind),
            transitions::previous_status.eq(previous.map(StatusName::as_str)),
            transitions::status.eq(intent.status().as_str()),
            transitions::review_reason.eq(intent.review_reason().map(|r| r.as_str())),
            transitions::observation_id.eq(cause.map(ObservationId::uuid)),
            transitions::at.eq(to_db(at)),
        ))
        .execute(&mut conn)
        .await
        .map(drop)
}

/// An intent's moves, oldest first.
pub async fn of(
    conn: &mut Connection,
    scope: Scope,
    intent: IntentId,
) -> QueryResult<Vec<TransitionRow>> {
    transitions::table
        .filter(transitions::merchant_id.eq(scope.merchant.uuid()))
        .filter(transitions::live.eq(scope.mode.is_live()))
        .filter(transitions::intent_id.eq(intent.uuid()))
        .order(transitions::sequence)
        .select(TransitionRow::as_select())
        .load(conn)
        .await
}
