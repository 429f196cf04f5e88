//! Who holds an amount of an account, and until when.

use super::account::AccountRow;
use db::types::MinorUnits;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Nullable, Numeric, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, IntentId};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// An amount that may be asked on an account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Amount {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    /// Minor units.
    #[diesel(sql_type = BigInt)]
    pub payable: i64,
    /// Microseconds until the last hold ends; not positive where it has ended, `None` where there was none.
    #[diesel(sql_type = Nullable<BigInt>)]
    held_for_us: Option<i64>,
}

impl Amount {
    pub fn is_of(&self, account: &AccountRow) -> bool {
        self.account_id == account.id.uuid()
    }

    /// Nobody holds it any more: holds begin when they are made.
    pub fn is_free(&self) -> bool {
        self.held_for().is_none()
    }

    /// How long it is still held.
    pub fn held_for(&self) -> Option<Duration> {
        let us = u64::try_from(self.held_for_us?).ok()?;
        Some(Duration::from_micros(us)).filter(|left| !left.is_zero())
    }

    pub fn was_never_held(&self) -> bool {
        self.held_for_us.is_none()
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Every amount of `payables` (in order of preference) on every account that the merchant may use, as the worker, which sees
/// the holds of all projects: of each account the longest unused first. By the clock of business rules, as `db::clock` reads it.
pub async fn amounts(
    mut conn: &Connection,
    scope: Scope,
    payables: &[i64],
) -> QueryResult<Vec<Amount>> {
    // When the last hold of each amount ends costs one step into `reservations_by_end`: the last row up to this amount, which is
    // this amount's or tells that it has none. Asked for the amount itself, the planner takes the constraint's `GiST` index,
    // which is seven times as slow. The clock is read in place, since every create asks.
    db::statement(
        "SELECT g.account_id, p.payable, \
             (extract(epoch FROM last.held_until - clock.now) * 1000000)::bigint AS held_for_us \
         FROM (SELECT clock_timestamp() + offset_us * interval '1 microsecond' AS now \
               FROM noxpay.noxpay_clock) AS clock \
         CROSS JOIN account_grants g \
         CROSS JOIN unnest($1::bigint[]) WITH ORDINALITY AS p (payable, preference) \
         LEFT JOIN LATERAL ( \
             SELECT r.account_id, r.payable, upper(r.hold) AS held_until FROM reservations r \
             WHERE (r.account_id, r.payable) <= (g.account_id, p.payable::numeric) \
             ORDER BY r.account_id DESC, r.payable DESC, upper(r.hold) DESC LIMIT 1) last \
             ON (last.account_id, last.payable) = (g.account_id, p.payable::numeric) \
         WHERE g.merchant_id = $2 AND g.live = $3 \
         ORDER BY g.account_id, last.held_until NULLS FIRST, p.preference",
    )
    .bind::<Array<BigInt>, _>(payables)
    .bind::<SqlUuid, _>(scope.merchant.uuid())
    .bind::<Bool, _>(scope.mode.is_live())
    .load(&mut conn)
    .await
}

/// How many of `payables` on one account are held now for intents of public callers, as the worker.
pub async fn held_by_the_public(
    mut conn: &Connection,
    account: AccountId,
    payables: &[i64],
) -> QueryResult<usize> {
    let held: Count = db::statement(
        "SELECT count(*) FROM reservations r \
         JOIN intents i ON (i.merchant_id, i.live, i.id) = (r.merchant_id, r.live, r.intent_id) \
         WHERE r.account_id = $1 AND r.payable = ANY ($2::numeric[]) \
           AND upper(r.hold) > noxpay_now() AND NOT i.amount_trusted",
    )
    .bind::<SqlUuid, _>(account.uuid())
    .bind::<Array<BigInt>, _>(payables)
    .get_result(&mut conn)
    .await?;
    Ok(usize::try_from(held.count).unwrap_or(usize::MAX))
}

/// Holds an amount for an intent's option from now on, for `length`, and says since when. `None` if somebody holds it.
///
/// A plain insert of an amount that others insert too would deadlock with them; this waits for them in turn.
pub async fn hold(
    conn: &mut Connection,
    scope: Scope,
    (account, payable): (AccountId, i64),
    length: SignedDuration,
    (intent, option_no): (IntentId, i16),
) -> QueryResult<Option<Timestamp>> {
    let begun: Option<Begun> = db::statement(
        "INSERT INTO reservations (hold, account_id, payable, merchant_id, live, intent_id, option_no) \
         SELECT tstzrange(clock.now, clock.now + interval '1 microsecond' * $1), $2, $3, $4, $5, $6, $7 \
         FROM (SELECT clock_timestamp() + offset_us * interval '1 microsecond' AS now \
               FROM noxpay.noxpay_clock) AS clock \
         ON CONFLICT DO NOTHING RETURNING lower(hold) AS at",
    )
    .bind::<BigInt, _>(i64::try_from(length.as_micros()).unwrap_or(i64::MAX))
    .bind::<SqlUuid, _>(account.uuid())
    .bind::<Numeric, _>(MinorUnits(payable))
    .bind::<SqlUuid, _>(scope.merchant.uuid())
    .bind::<Bool, _>(scope.mode.is_live())
    .bind::<SqlUuid, _>(intent.uuid())
    .bind::<SmallInt, _>(option_no)
    .get_result(conn)
    .await
    .optional()?;
    Ok(begun.map(|begun| begun.at))
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
}
