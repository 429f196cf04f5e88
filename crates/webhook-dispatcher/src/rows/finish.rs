//! What attempts came to, and what follows for their deliveries.

use super::claim::Claimed;
use super::events::{column, millis};
use db::types::JsonText;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Json, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// What an attempt came to.
pub(crate) struct Attempted {
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: i32,
    pub(crate) outcome: &'static str,
    pub(crate) response_code: Option<i32>,
    pub(crate) response_excerpt: Option<String>,
    /// A JSON object of strings.
    pub(crate) response_headers: Option<JsonText>,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Delivered,
    Again {
        after: Duration,
    },
    /// The schedule is used up.
    GivenUp,
}

impl Next {
    const fn state(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Again { .. } => "pending",
            Self::GivenUp => "failed",
        }
    }

    fn pause(self) -> i64 {
        match self {
            Self::Again { after } => millis(after),
            Self::Delivered | Self::GivenUp => 0,
        }
    }
}

/// An attempt that is over.
pub(crate) struct Finished {
    pub(crate) delivery: Claimed,
    pub(crate) attempted: Attempted,
    pub(crate) next: Next,
    /// The endpoint said that it wants nothing more.
    pub(crate) gone: bool,
}

/// A delivery whose attempt was stored.
#[derive(QueryableByName)]
pub(crate) struct Stored {
    #[diesel(sql_type = SqlUuid)]
    pub(crate) id: Uuid,
    /// Whether another one of the same object and endpoint comes after it.
    #[diesel(sql_type = Bool)]
    pub(crate) is_followed: bool,
}

/// Stores attempts and what follows from each. What is missing in the answer was taken over meanwhile, since its claim had
/// run out: then the other's word counts. A resend that was asked for while the attempt was under way stands.
pub(crate) async fn finish(
    conn: &mut db::Connection,
    finished: &[Finished],
) -> QueryResult<Vec<Stored>> {
    const SQL: &str = "
        WITH clock AS MATERIALIZED (SELECT noxpay_now() AS now),
        done AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::bigint[], $6::timestamptz[],
                                 $7::integer[], $8::text[], $9::integer[], $10::text[], $11::json[], $12::text[])
            AS t(id, claim, round, state, pause_ms, started_at, duration_ms, outcome, code, excerpt, headers, url)
        ), changed AS (
            UPDATE deliveries d SET
                claim = NULL, claimed_until = NULL,
                state = CASE WHEN d.round = t.round THEN t.state ELSE 'pending' END,
                held = false,
                next_attempt_at = CASE WHEN d.round <> t.round THEN d.next_attempt_at
                                       WHEN t.state = 'pending' THEN now + t.pause_ms * interval '1 millisecond' END,
                finished_at = CASE WHEN d.round = t.round AND t.state <> 'pending' THEN now END
            FROM done t, clock WHERE d.id = t.id AND d.claim = t.claim
            RETURNING d.id, d.merchant_id, d.live, d.attempts, d.endpoint_id, d.object_id, d.sequence, d.part
        ), noted AS (
            INSERT INTO attempts (delivery_id, attempt_no, merchant_id, live, started_at, duration_ms, outcome,
                                  response_code, response_excerpt, response_headers, url)
            SELECT c.id, c.attempts, c.merchant_id, c.live, t.started_at, t.duration_ms, t.outcome, t.code, t.excerpt,
                   t.headers, t.url
            FROM changed c JOIN done t ON t.id = c.id
        )
        SELECT c.id, EXISTS (
            SELECT FROM deliveries n WHERE n.endpoint_id = c.endpoint_id AND n.object_id = c.object_id
               AND n.state = 'pending' AND (n.sequence, n.part) > (c.sequence, c.part)) AS is_followed
        FROM changed c";
    db::statement(SQL)
        .bind::<Array<SqlUuid>, _>(column(finished, |f| f.delivery.id))
        .bind::<Array<SqlUuid>, _>(column(finished, |f| f.delivery.claim))
        .bind::<Array<Integer>, _>(column(finished, |f| f.delivery.round))
        .bind::<Array<Text>, _>(column(finished, |f| f.next.state()))
        .bind::<Array<BigInt>, _>(column(finished, |f| f.next.pause()))
        .bind::<Array<Timestamptz>, _>(column(finished, |f| f.attempted.started_at))
        .bind::<Array<Integer>, _>(column(finished, |f| f.attempted.duration_ms))
        .bind::<Array<Text>, _>(column(finished, |f| f.attempted.outcome))
        .bind::<Array<Nullable<Integer>>, _>(column(finished, |f| f.attempted.response_code))
        .bind::<Array<Nullable<Text>>, _>(column(finished, |f| {
            f.attempted.response_excerpt.as_deref()
        }))
        .bind::<Array<Nullable<Json>>, _>(column(finished, |f| {
            f.attempted.response_headers.clone()
        }))
        .bind::<Array<Text>, _>(column(finished, |f| f.delivery.url.as_str()))
        .load(conn)
        .await
}

/// Those that follow a failed delivery are not looked at before it is due again, or has had its time.
pub(crate) async fn postpone_followers(
    conn: &mut db::Connection,
    failed: &[Uuid],
) -> QueryResult<usize> {
    db::statement(
        "UPDATE deliveries f SET next_attempt_at = least(h.next_attempt_at, h.blocks_until)
         FROM deliveries h
         WHERE h.id = ANY ($1) AND h.state = 'pending' AND f.endpoint_id = h.endpoint_id AND f.object_id = h.object_id
           AND f.state = 'pending' AND (f.sequence, f.part) > (h.sequence, h.part) AND f.claim IS NULL
           AND f.next_attempt_at < least(h.next_attempt_at, h.blocks_until)",
    )
    .bind::<Array<SqlUuid>, _>(failed)
    .execute(conn)
    .await
}

/// Those that waited for a delivery that is over are due, unless they had a try of their own.
pub(crate) async fn advance_followers(
    conn: &mut db::Connection,
    ended: &[Uuid],
) -> QueryResult<usize> {
    db::statement(
        "WITH clock AS MATERIALIZED (SELECT noxpay_now() AS now)
         UPDATE deliveries f SET next_attempt_at = now
         FROM clock, deliveries h
         WHERE h.id = ANY ($1) AND h.state <> 'pending' AND f.endpoint_id = h.endpoint_id
           AND f.object_id = h.object_id AND f.state = 'pending' AND (f.sequence, f.part) > (h.sequence, h.part)
           AND f.claim IS NULL AND NOT f.held AND f.attempts = f.attempts_before AND f.next_attempt_at > now",
    )
    .bind::<Array<SqlUuid>, _>(ended)
    .execute(conn)
    .await
}

/// Endpoints whose first failure this is, and those that answered well again.
pub(crate) async fn note_health(
    conn: &mut db::Connection,
    failing: &[Uuid],
    well: &[Uuid],
) -> QueryResult<usize> {
    db::statement(
        "UPDATE endpoints SET failing_since = CASE WHEN id = ANY ($2) THEN NULL ELSE noxpay_now() END
         WHERE id = ANY ($1) AND failing_since IS NULL OR id = ANY ($2) AND failing_since IS NOT NULL",
    )
    .bind::<Array<SqlUuid>, _>(failing)
    .bind::<Array<SqlUuid>, _>(well)
    .execute(conn)
    .await
}

/// Gives up what waits for endpoints that are sent nothing any more.
pub(crate) async fn give_up_disabled(conn: &mut db::Connection, most: i64) -> QueryResult<usize> {
    db::statement(
        "UPDATE deliveries SET state = 'failed', held = false, next_attempt_at = NULL, claim = NULL, claimed_until = NULL,
             finished_at = noxpay_now()
         WHERE id IN (SELECT d.id FROM endpoints p
                      CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE endpoint_id = p.id AND state = 'pending'
                                          ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) d
                      WHERE p.state <> 'active' LIMIT $1)",
    )
    .bind::<BigInt, _>(most)
    .execute(conn)
    .await
}
