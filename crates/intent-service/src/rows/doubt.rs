//! Evidence that is not believed any more, since its source was revoked. A fact like any other: nobody takes it back.

use crate::schema::{doubts, observations, sightings};
use db::Connection;
use db::types::to_db;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::event::{Observation, ObservationsDoubted};
use domain::ids::{ObservationId, SourceId};
use domain::text::Reason;
use jiff::Timestamp;
use uuid::Uuid;

/// A doubt as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = doubts, check_for_backend(diesel::pg::Pg))]
pub struct DoubtRow {
    pub observation_id: Uuid,
    pub reason: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub doubted_at: Timestamp,
}

/// Evidence and its doubt that are stored at the same moment wait for each other here, before either looks: the second one
/// then sees the first. Before any other lock.
pub(crate) async fn meet(mut conn: &Connection, ids: &[Uuid]) -> QueryResult<()> {
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 7205759403792793606)) \
         FROM (SELECT id FROM unnest($1) AS id ORDER BY id) AS sorted",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(&mut conn)
    .await
    .map(drop)
}

/// Stores which of `ids` are doubted. Gives back those that were not before.
pub(crate) async fn add(
    conn: &mut Connection,
    told: &ObservationsDoubted,
    ids: &[Uuid],
    now: Timestamp,
) -> QueryResult<Vec<Uuid>> {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                doubts::observation_id.eq(*id),
                doubts::merchant_id.eq(told.merchant_id.uuid()),
                doubts::live.eq(told.live),
                doubts::source_id.eq(told.source_id.uuid()),
                doubts::reason.eq(told.reason.as_ref().map(Reason::as_str)),
                doubts::doubted_at.eq(to_db(now)),
            )
        })
        .collect();
    diesel::insert_into(doubts::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(doubts::observation_id)
        .get_results(conn)
        .await
}

/// Whether that evidence, which is about to be stored, is doubted already.
pub(crate) async fn is_known(mut conn: &Connection, told: &Observation) -> QueryResult<bool> {
    let known = doubts::table
        .filter(doubts::observation_id.eq(told.observation_id.uuid()))
        .filter(doubts::source_id.eq(told.source_id.uuid()));
    diesel::select(exists(known)).get_result(&mut conn).await
}

/// Whether the observation, or what told it again, is doubted.
pub(crate) async fn touches(
    mut conn: &Connection,
    observation: ObservationId,
) -> QueryResult<bool> {
    let itself = doubts::table.filter(doubts::observation_id.eq(observation.uuid()));
    let again = sightings::table
        .inner_join(doubts::table.on(doubts::observation_id.eq(sightings::id)))
        .filter(sightings::observation_id.eq(observation.uuid()));
    diesel::select(exists(itself).or(exists(again)))
        .get_result(&mut conn)
        .await
}

/// The observations that these ids of the source's are, or told again. What named another amount counts for nothing anyway.
pub(crate) async fn stored(
    conn: &mut Connection,
    source: SourceId,
    ids: &[Uuid],
) -> QueryResult<Vec<Uuid>> {
    let mut found: Vec<Uuid> = observations::table
        .filter(observations::id.eq_any(ids))
        .filter(observations::source_id.eq(source.uuid()))
        .select(observations::id)
        .load(conn)
        .await?;
    let again: Vec<Uuid> = sightings::table
        .filter(sightings::id.eq_any(ids))
        .filter(sightings::source_id.eq(source.uuid()))
        .filter(sightings::contradicts.eq(false))
        .select(sightings::observation_id)
        .load(conn)
        .await?;
    found.extend(again);
    Ok(found)
}

/// The doubts about these observations themselves.
pub async fn of_observations(conn: &mut Connection, ids: &[Uuid]) -> QueryResult<Vec<DoubtRow>> {
    doubts::table
        .inner_join(
            observations::table.on(observations::id
                .eq(doubts::observation_id)
                .and(observations::source_id.eq(doubts::source_id))),
        )
        .filter(doubts::observation_id.eq_any(ids))
        .select(DoubtRow::as_select())
        .load(conn)
        .await
}
