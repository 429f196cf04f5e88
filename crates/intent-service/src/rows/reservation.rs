//! Who holds an amount of an account, and until when.

use crate::schema::reservations;
use db::types::{MinorUnits, range, to_db};
use db::{Connection, Scope};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, IntentId};
use jiff::Timestamp;
use uuid::Uuid;

/// An amount that may be asked on an account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Candidate {
    /// The account's place in the pool, from 1.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    /// Minor units.
    #[diesel(sql_type = BigInt)]
    pub payable: i64,
    /// When the last hold ends or ended.
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub held_until: Option<Timestamp>,
}

impl Candidate {
    /// Nobody holds it any more at `now`: holds begin when they are made.
    pub fn is_free(&self, now: Timestamp) -> bool {
        self.held_until.is_none_or(|end| end <= now)
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Every amount of `payables` (in order of preference) on every account of the pool, as the worker, which sees the holds of
/// all projects: account by account, the longest unused first.
pub async fn candidates(
    conn: &mut Connection,
    pool: &[Uuid],
    payables: &[i64],
) -> QueryResult<Vec<Candidate>> {
    LastEnds { pool, payables }.load(conn).await
}

/// Written by hand, and yet prepared once per connection, which `diesel::sql_query` is not: every create asks it.
struct LastEnds<'a> {
    pool: &'a [Uuid],
    payables: &'a [i64],
}

impl QueryFragment<Pg> for LastEnds<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT a.place, p.payable, last.held_until FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.pool)?;
        out.push_sql(") WITH ORDINALITY AS a (account_id, place) CROSS JOIN unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.payables)?;
        out.push_sql(
            ") WITH ORDINALITY AS p (payable, preference) \
             LEFT JOIN LATERAL ( \
                 SELECT upper(r.hold) AS held_until FROM reservations r \
                 WHERE r.account_id = a.account_id AND r.payable = p.payable::numeric \
                 ORDER BY upper(r.hold) DESC LIMIT 1) last ON true \
             ORDER BY a.place, last.held_until NULLS FIRST, p.preference",
        );
        Ok(())
    }
}

impl Query for LastEnds<'_> {
    type SqlType = Untyped;
}

impl QueryId for LastEnds<'_> {
    type QueryId = LastEnds<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

/// How many of `payables` on one account are held at `now` for intents of public callers, as the worker.
pub async fn held_by_the_public(
    conn: &mut Connection,
    account: AccountId,
    payables: &[i64],
    now: Timestamp,
) -> QueryResult<usize> {
    let held: Count = diesel::sql_query(
        "SELECT count(*) FROM reservations r \
         JOIN intents i ON (i.merchant_id, i.live, i.id) = (r.merchant_id, r.live, r.intent_id) \
         WHERE r.account_id = $1 AND r.payable = ANY ($2::numeric[]) \
           AND upper(r.hold) > $3 AND NOT i.amount_trusted",
    )
    .bind::<SqlUuid, _>(account.uuid())
    .bind::<Array<BigInt>, _>(payables)
    .bind::<Timestamptz, _>(to_db(now))
    .get_result(conn)
    .await?;
    Ok(usize::try_from(held.count).unwrap_or(usize::MAX))
}

/// Holds an amount for an intent's option over `[from, to)`. False if somebody holds it.
///
/// A plain insert of an amount that others insert too would deadlock with them; this waits for them in turn.
pub async fn hold(
    conn: &mut Connection,
    scope: Scope,
    account: AccountId,
    payable: i64,
    (from, to): (Timestamp, Timestamp),
    (intent, option_no): (IntentId, i16),
) -> QueryResult<bool> {
    let held = diesel::insert_into(reservations::table)
        .values((
            reservations::account_id.eq(account.uuid()),
            reservations::payable.eq(MinorUnits(payable)),
            reservations::hold.eq(range(from, to)),
            reservations::merchant_id.eq(scope.merchant.uuid()),
            reservations::live.eq(scope.mode.is_live()),
            reservations::intent_id.eq(intent.uuid()),
            reservations::option_no.eq(option_no),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(held == 1)
}
