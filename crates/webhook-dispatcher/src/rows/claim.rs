//! Deliveries that are ours until the claim runs out.

use super::events::millis;
use crate::profile::{Profile, Retry};
use db::types::JsonText;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use jiff_diesel::NullableTimestamp;
use std::time::Duration;
use uuid::Uuid;

/// A claimed delivery, with what is to be sent and to whom.
#[derive(QueryableByName)]
pub(crate) struct Claimed {
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) claim: Uuid,
    /// The attempt that now begins, counted from 1 over the delivery's whole life.
    #[diesel(sql_type = sql_types::Int4)]
    pub(crate) attempts: i32,
    #[diesel(sql_type = sql_types::Int4)]
    pub(crate) attempts_before: i32,
    #[diesel(sql_type = sql_types::Int4)]
    pub(crate) round: i32,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) event_id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) event_type: String,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) body: String,
    #[diesel(sql_type = sql_types::Json)]
    pub(crate) trace: JsonText,
    #[diesel(sql_type = sql_types::Uuid)]
    pub(crate) endpoint_id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub(crate) url: String,
    #[diesel(sql_type = sql_types::Text)]
    profile: String,
    #[diesel(sql_type = sql_types::Text)]
    retry: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Array<sql_types::Int4>>)]
    pauses_s: Option<Vec<i32>>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    failing_since: NullableTimestamp,
    #[diesel(embed)]
    pub(crate) keys: SealedKeys,
}

/// An endpoint's secrets as they are stored.
#[derive(Clone, QueryableByName)]
pub(crate) struct SealedKeys {
    #[diesel(sql_type = sql_types::Binary)]
    pub(crate) sealed_secret: Vec<u8>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    pub(crate) sealed_previous: Option<Vec<u8>>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub(crate) previous_until: NullableTimestamp,
    #[diesel(sql_type = sql_types::Bool)]
    pub(crate) single_signs_with_previous: bool,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    pub(crate) sealed_signing_key: Option<Vec<u8>>,
}

impl Claimed {
    pub(crate) fn profile(&self) -> Profile {
        Profile::stored(&self.profile)
    }

    pub(crate) fn retry(&self) -> Retry {
        Retry::stored(&self.retry, self.pauses_s.as_deref())
    }

    /// Attempts of its present schedule, the one that now begins included.
    pub(crate) fn attempts_of_round(&self) -> usize {
        usize::try_from(self.attempts - self.attempts_before).unwrap_or_default()
    }

    pub(crate) fn failing_since(&self) -> Option<jiff::Timestamp> {
        self.failing_since.into()
    }
}

/// How much an endpoint may be given now, where that is not `otherwise`.
pub(crate) struct Rooms {
    pub(crate) endpoints: Vec<(Uuid, i32)>,
    pub(crate) otherwise: i32,
    /// Of all endpoints together.
    pub(crate) most: i64,
}

impl Rooms {
    pub(crate) fn of(&self, endpoint: Uuid) -> i32 {
        let known = self.endpoints.iter().find(|(id, _)| *id == endpoint);
        known.map_or(self.otherwise, |(_, room)| *room)
    }
}

/// Claims what is due, of each endpoint the longest due first, beginning with a chance endpoint so that none is always last.
/// An expired claim is taken over. `attempts` counts the attempt that now begins.
///
/// A delivery waits while an earlier one of the same object and endpoint is pending and has not had its time. Whatever else
/// happens meanwhile makes it wait longer, never shorter: order needs no lock.
pub(crate) async fn claim(
    conn: &mut db::Connection,
    claim: Uuid,
    rooms: &Rooms,
    hold: Duration,
) -> QueryResult<Vec<Claimed>> {
    // The walk visits each endpoint with something pending once, however much that is.
    const SQL: &str = "
        WITH RECURSIVE clock AS MATERIALIZED (SELECT noxpay_now() AS now, clock_timestamp() AS real),
        walk AS (
            (SELECT endpoint_id FROM deliveries WHERE state = 'pending' ORDER BY endpoint_id LIMIT 1)
            UNION ALL
            SELECT (SELECT d.endpoint_id FROM deliveries d
                    WHERE d.state = 'pending' AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id LIMIT 1)
            FROM walk w WHERE w.endpoint_id IS NOT NULL
        ), turn AS MATERIALIZED (
            SELECT w.endpoint_id, coalesce(r.room, $4) AS room
            FROM walk w JOIN endpoints p ON p.id = w.endpoint_id AND p.state = 'active'
                 LEFT JOIN unnest($2::uuid[], $3::integer[]) AS r(id, room) ON r.id = w.endpoint_id
            ORDER BY w.endpoint_id < $1, w.endpoint_id
        ), due AS MATERIALIZED (
            SELECT x.id FROM clock, turn CROSS JOIN LATERAL (
                SELECT d.id FROM deliveries d
                WHERE d.endpoint_id = turn.endpoint_id AND d.state = 'pending' AND d.next_attempt_at <= clock.now
                  AND (d.claimed_until IS NULL OR d.claimed_until < clock.real)
                  AND NOT EXISTS (
                      SELECT FROM deliveries e
                      WHERE e.endpoint_id = d.endpoint_id AND e.object_id = d.object_id AND e.state = 'pending'
                        AND (e.sequence, e.part) < (d.sequence, d.part) AND e.blocks_until > clock.now)
                ORDER BY d.next_attempt_at LIMIT turn.room FOR UPDATE SKIP LOCKED) x
            LIMIT $5
        ), claimed AS (
            UPDATE deliveries d
            SET claim = $1, attempts = attempts + 1, claimed_until = clock.real + $6 * interval '1 millisecond'
            FROM due, clock WHERE d.id = due.id
            RETURNING d.*
        )
        SELECT c.id, c.claim, c.attempts, c.attempts_before, c.round, c.event_id, e.event_type,
               coalesce(c.body, e.body) AS body, e.trace, c.endpoint_id, p.url, p.profile, p.retry, p.pauses_s,
               p.failing_since, p.sealed_secret, p.sealed_previous, p.previous_until, p.single_signs_with_previous,
               p.sealed_signing_key
        FROM claimed c JOIN events e ON e.id = c.event_id JOIN endpoints p ON p.id = c.endpoint_id";
    let (ids, room): (Vec<Uuid>, Vec<i32>) = rooms.endpoints.iter().copied().unzip();
    db::statement(SQL)
        .bind::<sql_types::Uuid, _>(claim)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .bind::<sql_types::Array<sql_types::Int4>, _>(room)
        .bind::<sql_types::Int4, _>(rooms.otherwise)
        .bind::<sql_types::BigInt, _>(rooms.most)
        .bind::<sql_types::BigInt, _>(millis(hold))
        .load(conn)
        .await
}
