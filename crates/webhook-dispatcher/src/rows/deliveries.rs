//! Deliveries: claimed, attempted, finished.

use crate::schema::{attempts, deliveries, endpoints, events};
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use jiff_diesel::{NullableTimestamp, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// A delivery that is ours until the claim runs out, with what is to be sent.
#[derive(QueryableByName)]
pub(crate) struct Claimed {
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) claim: Uuid,
    #[diesel(sql_type = sql_types::Int4)]
    pub(crate) attempts: i32,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) merchant_id: Uuid,
    #[diesel(sql_type = sql_types::Bool)]
    pub(crate) live: bool,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) event_id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) event_type: String,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) body: String,
    #[diesel(sql_type = sql_types::Json)]
    pub(crate) trace: db::types::JsonText,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) endpoint_id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) url: String,
    #[diesel(sql_type = sql_types::Binary)]
    pub(crate) sealed_secret: Vec<u8>,
    #[diesel(sql_type = sql_types::Bool)]
    pub(crate) endpoint_active: bool,
}

/// What an attempt came to.
pub(crate) struct Attempted {
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: i32,
    pub(crate) outcome: &'static str,
    pub(crate) response_code: Option<i32>,
    pub(crate) response_excerpt: Option<String>,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Delivered,
    Again {
        after: Duration,
    },
    /// The schedule is used up, or the endpoint was switched off.
    GivenUp,
}

/// Claims what is due, oldest first. An expired claim is taken over. `attempts` counts the attempt that now begins.
pub(crate) async fn claim(
    conn: &mut db::Connection,
    claim: Uuid,
    most: i64,
    hold: Duration,
) -> QueryResult<Vec<Claimed>> {
    const SQL: &str = "
        WITH due AS (
            SELECT id FROM deliveries
            WHERE state = 'pending' AND next_attempt_at <= noxpay_now()
              AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            ORDER BY next_attempt_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE deliveries d
            SET claim = $1, attempts = attempts + 1,
                claimed_until = clock_timestamp() + $3 * interval '1 millisecond'
            FROM due WHERE d.id = due.id
            RETURNING d.*
        )
        SELECT c.id, c.claim, c.attempts, c.merchant_id, c.live, c.event_id, e.event_type, e.body, e.trace,
               c.endpoint_id, p.url, p.sealed_secret, p.state = 'active' AS endpoint_active
        FROM claimed c JOIN events e ON e.id = c.event_id JOIN endpoints p ON p.id = c.endpoint_id
        ORDER BY e.object_id, e.sequence, e.id";
    let hold_ms = i64::try_from(hold.as_millis()).unwrap_or(i64::MAX);
    diesel::sql_query(SQL)
        .bind::<sql_types::Uuid, _>(claim)
        .bind::<sql_types::BigInt, _>(most)
        .bind::<sql_types::BigInt, _>(hold_ms)
        .load(conn)
        .await
}

/// Stores an attempt and what follows from it. False if the claim was taken over meanwhile: then the other's word counts.
pub(crate) async fn finish(
    tx: &mut db::Tx,
    c: &Claimed,
    attempted: &Attempted,
    next: Next,
) -> QueryResult<bool> {
    const SQL: &str = "
        UPDATE deliveries SET
            state = $3, claim = NULL, claimed_until = NULL,
            next_attempt_at = CASE WHEN $3 = 'pending' THEN noxpay_now() + $4 * interval '1 millisecond' END,
            finished_at = CASE WHEN $3 <> 'pending' THEN noxpay_now() END
        WHERE id = $1 AND claim = $2";
    let (state, pause) = match next {
        Next::Delivered => ("delivered", Duration::ZERO),
        Next::Again { after } => ("pending", after),
        Next::GivenUp => ("failed", Duration::ZERO),
    };
    let updated = diesel::sql_query(SQL)
        .bind::<sql_types::Uuid, _>(c.id)
        .bind::<sql_types::Uuid, _>(c.claim)
        .bind::<sql_types::Text, _>(state)
        .bind::<sql_types::BigInt, _>(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    if updated == 0 {
        return Ok(false);
    }
    diesel::insert_into(attempts::table)
        .values((
            attempts::delivery_id.eq(c.id),
            attempts::attempt_no.eq(c.attempts),
            attempts::merchant_id.eq(c.merchant_id),
            attempts::live.eq(c.live),
            attempts::started_at.eq(attempted.started_at),
            attempts::duration_ms.eq(attempted.duration_ms),
            attempts::outcome.eq(attempted.outcome),
            attempts::response_code.eq(attempted.response_code),
            attempts::response_excerpt.eq(attempted.response_excerpt.as_deref()),
        ))
        .execute(tx)
        .await?;
    Ok(true)
}

/// A delivery as a merchant sees it.
#[derive(Queryable)]
pub(crate) struct DeliveryRow {
    pub(crate) id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: String,
    pub(crate) object_id: Uuid,
    pub(crate) endpoint_id: Uuid,
    pub(crate) url: String,
    pub(crate) state: String,
    pub(crate) next_attempt_at: NullableTimestamp,
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
}

/// Within the connection's scope, newest first; of one object, or of one delivery, where asked.
pub(crate) async fn list(
    conn: &mut db::Connection,
    limit: i64,
    object: Option<Uuid>,
    delivery: Option<Uuid>,
) -> QueryResult<Vec<DeliveryRow>> {
    let mut query = deliveries::table
        .inner_join(events::table)
        .inner_join(endpoints::table)
        .select((
            deliveries::id,
            events::id,
            events::event_type,
            events::object_id,
            endpoints::id,
            endpoints::url,
            deliveries::state,
            deliveries::next_attempt_at,
        ))
        .order(deliveries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(object) = object {
        query = query.filter(events::object_id.eq(object));
    }
    if let Some(delivery) = delivery {
        query = query.filter(deliveries::id.eq(delivery));
    }
    query.load(conn).await
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

/// Makes a delivery due at once, whatever became of it before. The event's id stays. An attempt that is under way may still
/// end it as its schedule says.
pub(crate) async fn resend(conn: &mut db::Connection, id: Uuid) -> QueryResult<usize> {
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq("pending"),
            deliveries::next_attempt_at.eq(db::clock::noxpay_now().nullable()),
            deliveries::finished_at.eq(None::<Timestamp>),
        ))
        .execute(conn)
        .await
}
