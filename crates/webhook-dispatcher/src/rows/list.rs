//! Deliveries as their merchant sees them.

use crate::profile::Profile;
use crate::schema::{attempts, deliveries, endpoints, events};
use db::types::JsonText;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::{NullableTimestamp, Timestamp};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries, check_for_backend(diesel::pg::Pg))]
pub(crate) struct DeliveryRow {
    pub(crate) id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) endpoint_id: Uuid,
    pub(crate) object_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) state: String,
    pub(crate) held: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) next_attempt_at: NullableTimestamp,
    #[diesel(select_expression = events::event_type)]
    pub(crate) event_type: String,
    #[diesel(select_expression = endpoints::url)]
    pub(crate) url: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AttemptRow {
    pub(crate) delivery_id: Uuid,
    pub(crate) attempt_no: i32,
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: i32,
    pub(crate) outcome: String,
    pub(crate) response_code: Option<i32>,
    pub(crate) response_excerpt: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) response_headers: Option<JsonText>,
}

/// Which deliveries; `None` asks for all.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) id: Option<Uuid>,
    pub(crate) object: Option<Uuid>,
    pub(crate) endpoint: Option<Uuid>,
    pub(crate) state: Option<&'static str>,
    pub(crate) event_type: Option<String>,
    pub(crate) before: Option<Uuid>,
    pub(crate) profile: Option<Profile>,
}

/// Beyond it nobody counts.
const MOST_COUNTED: i64 = 100_000;
const MOST_WAITING: i64 = 1_000;

/// The filter on any of the three joined tables: one place for lists and counts.
macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        if let Some(id) = $filter.id {
            query = query.filter(deliveries::id.eq(id));
        }
        if let Some(object) = $filter.object {
            query = query.filter(events::object_id.eq(object));
        }
        if let Some(endpoint) = $filter.endpoint {
            query = query.filter(deliveries::endpoint_id.eq(endpoint));
        }
        if let Some(state) = $filter.state {
            query = query.filter(deliveries::state.eq(state));
        }
        if let Some(event_type) = &$filter.event_type {
            query = query.filter(events::event_type.eq(event_type.clone()));
        }
        if let Some(before) = $filter.before {
            query = query.filter(deliveries::id.lt(before));
        }
        if let Some(profile) = $filter.profile {
            query = query.filter(endpoints::profile.eq(profile.as_str()));
        }
        query
    }};
}

/// Within the connection's scope, newest first.
pub(crate) async fn list(
    conn: &mut db::Connection,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<DeliveryRow>> {
    let query = deliveries::table
        .inner_join(events::table)
        .inner_join(endpoints::table)
        .select(DeliveryRow::as_select())
        .order(deliveries::id.desc())
        .limit(limit)
        .offset(offset)
        .into_boxed();
    filtered!(query, filter).load(conn).await
}

/// How many there are, up to a limit.
pub(crate) async fn count(conn: &mut db::Connection, filter: &Filter) -> QueryResult<i64> {
    let query = deliveries::table
        .inner_join(events::table)
        .inner_join(endpoints::table)
        .select(count_star())
        .into_boxed();
    let counted: i64 = filtered!(query, filter).first(conn).await?;
    Ok(counted.min(MOST_COUNTED))
}

pub(crate) async fn attempts_of(
    conn: &mut db::Connection,
    deliveries: &[DeliveryRow],
) -> QueryResult<Vec<AttemptRow>> {
    let ids: Vec<Uuid> = deliveries.iter().map(|d| d.id).collect();
    attempts::table
        .filter(attempts::delivery_id.eq_any(ids))
        .select(AttemptRow::as_select())
        .order((attempts::delivery_id, attempts::attempt_no))
        .load(conn)
        .await
}

/// The bytes that are sent.
pub(crate) async fn body(conn: &mut db::Connection, delivery: Uuid) -> QueryResult<Option<String>> {
    let found: Option<(Option<String>, String)> = deliveries::table
        .inner_join(events::table)
        .filter(deliveries::id.eq(delivery))
        .select((deliveries::body, events::body))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(own, events)| own.unwrap_or(events)))
}

/// How many deliveries wait for each of these endpoints, up to a thousand.
pub(crate) async fn waiting(
    conn: &mut db::Connection,
    endpoints: impl Iterator<Item = Uuid>,
) -> QueryResult<HashMap<Uuid, i64>> {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = BigInt)]
        waiting: i64,
    }
    let rows: Vec<Waiting> = db::statement(
        "SELECT t.id, (SELECT count(*) FROM (
             SELECT FROM deliveries d WHERE d.endpoint_id = t.id AND d.state = 'pending' LIMIT $2) w) AS waiting
         FROM unnest($1::uuid[]) AS t(id)",
    )
    .bind::<Array<SqlUuid>, _>(endpoints.collect::<Vec<_>>())
    .bind::<BigInt, _>(MOST_WAITING)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.waiting)).collect())
}

/// Makes a delivery due at once on a fresh schedule, whatever became of it before. The event's id stays. An attempt that is under
/// way is not waited for and ends nothing. It goes before nobody and waits for nobody: its number says what it is.
pub(crate) async fn resend(conn: &mut db::Connection, id: Uuid) -> QueryResult<usize> {
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq("pending"),
            deliveries::next_attempt_at.eq(db::clock::noxpay_now().nullable()),
            deliveries::finished_at.eq(None::<Timestamp>),
            deliveries::held.eq(false),
            deliveries::blocks_until.eq(db::clock::noxpay_now()),
            deliveries::attempts_before.eq(deliveries::attempts),
            deliveries::round.eq(deliveries::round + 1),
        ))
        .execute(conn)
        .await
}
