//! Whether an account's amounts may speak, what was counted about it, and each change of it.

use super::account::AccountRow;
use crate::schema::{accounts, dedication_changes};
use db::Connection;
use db::types::to_db;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, ObservationId};
use domain::matching::{Dedication, Receipts};
use jiff::Timestamp;

/// What an account's row says about it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct DedicationRow {
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    dedication_suspended_at: Option<Timestamp>,
    dedication_unfitting: Option<i32>,
    dedication_credits: Option<i32>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    dedication_restored_at: Option<Timestamp>,
}

/// Since when amounts settle nothing here, and what was counted then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspended {
    pub since: Timestamp,
    pub receipts: Receipts,
}

impl DedicationRow {
    /// `None` where it is not suspended.
    pub fn suspended(&self) -> Option<Suspended> {
        let count = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        Some(Suspended {
            since: self.dedication_suspended_at?,
            receipts: Receipts {
                credits: count(self.dedication_credits),
                unfitting: count(self.dedication_unfitting),
            },
        })
    }

    /// When its owner last said that it receives nothing else.
    pub const fn restored_at(&self) -> Option<Timestamp> {
        self.dedication_restored_at
    }
}

/// A person's word that the account receives nothing but intents' money.
#[derive(Clone, Copy, Debug)]
pub struct Restored<'a> {
    pub actor: &'a str,
    pub reason: &'a str,
    pub request_id: &'a str,
}

impl AccountRow {
    /// Whether its amounts may speak.
    pub fn dedication(&self) -> Dedication {
        match (self.dedicated, self.judged.suspended()) {
            (false, _) => Dedication::Shared,
            (true, None) => Dedication::Kept,
            (true, Some(_)) => Dedication::Suspended,
        }
    }

    /// Whoever judges whether it is dedicated does so alone until the transaction ends. The key is left alone, so that
    /// evidence which refers to the account is not kept waiting. As the worker, after every other lock but a source's.
    pub async fn hold(conn: &mut Connection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table
            .find(id.uuid())
            .for_no_key_update()
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Its amounts settle nothing from now on, because of `observation`. Under [`Self::hold`].
    pub async fn suspend_dedication(
        &self,
        conn: &mut Connection,
        observation: ObservationId,
        receipts: Receipts,
        now: Timestamp,
    ) -> QueryResult<()> {
        let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        let (unfitting, credits) = (count(receipts.unfitting), count(receipts.credits));
        diesel::update(accounts::table.find(self.id.uuid()))
            .set((
                accounts::dedication_suspended_at.eq(to_db(now)),
                accounts::dedication_unfitting.eq(unfitting),
                accounts::dedication_credits.eq(credits),
            ))
            .execute(conn)
            .await?;
        diesel::insert_into(dedication_changes::table)
            .values((
                dedication_changes::account_id.eq(self.id.uuid()),
                dedication_changes::change_no.eq(self.next_change(conn).await?),
                dedication_changes::merchant_id.eq(self.merchant_id.uuid()),
                dedication_changes::live.eq(self.live),
                dedication_changes::kind.eq("suspended"),
                dedication_changes::observation_id.eq(observation.uuid()),
                dedication_changes::unfitting.eq(unfitting),
                dedication_changes::credits.eq(credits),
                dedication_changes::changed_at.eq(to_db(now)),
            ))
            .execute(conn)
            .await
            .map(drop)
    }

    /// Its amounts speak again, and what was paid before is counted no more. Under [`Self::hold`].
    pub async fn restore_dedication(
        &self,
        conn: &mut Connection,
        word: Restored<'_>,
        now: Timestamp,
    ) -> QueryResult<Self> {
        diesel::insert_into(dedication_changes::table)
            .values((
                dedication_changes::account_id.eq(self.id.uuid()),
                dedication_changes::change_no.eq(self.next_change(conn).await?),
                dedication_changes::merchant_id.eq(self.merchant_id.uuid()),
                dedication_changes::live.eq(self.live),
                dedication_changes::kind.eq("restored"),
                dedication_changes::actor.eq(word.actor),
                dedication_changes::reason.eq(word.reason),
                dedication_changes::request_id.eq(word.request_id),
                dedication_changes::changed_at.eq(to_db(now)),
            ))
            .execute(conn)
            .await?;
        diesel::update(accounts::table.find(self.id.uuid()))
            .set((
                accounts::dedication_suspended_at.eq(None::<jiff_diesel::Timestamp>),
                accounts::dedication_unfitting.eq(None::<i32>),
                accounts::dedication_credits.eq(None::<i32>),
                accounts::dedication_restored_at.eq(to_db(now)),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
    }

    async fn next_change(&self, conn: &mut Connection) -> QueryResult<i32> {
        let last: Option<i32> = dedication_changes::table
            .filter(dedication_changes::account_id.eq(self.id.uuid()))
            .select(max(dedication_changes::change_no))
            .first(conn)
            .await?;
        Ok(last.unwrap_or(0).saturating_add(1))
    }

    /// What came in that was paid after `since`, by the payments' own time.
    ///
    /// A payment is one credit, however often and by however many channels it was told: what is joined to other evidence is
    /// not counted, nor are an account's own proofs and channel tests. Nor is what may be no payment at all: an alert that
    /// says the same as another without a reference, a credit that the bank took back, or that only a revoked phone told of,
    /// unless an intent has its money.
    ///
    /// A credit fits no intent if none was found for it when it came (later words of payers do not change that) and none was
    /// given its money since, by a rung or by a person. Put aside as no sale, or to be given back, it still is money that no
    /// intent asked for.
    pub async fn receipts(&self, conn: &mut Connection, since: Timestamp) -> QueryResult<Receipts> {
        let counted: Counted = db::statement(COUNT)
            .bind::<SqlUuid, _>(self.id.uuid())
            .bind::<Bool, _>(self.live)
            .bind::<Timestamptz, _>(to_db(since))
            .get_result(conn)
            .await?;
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Receipts {
            credits: count(counted.credits),
            unfitting: count(counted.unfitting),
        })
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    credits: i64,
    #[diesel(sql_type = BigInt)]
    unfitting: i64,
}

/// A range of the index by account and time, and a look-up by key for each row of it: `LIMIT` leaves the planner no way to
/// read findings or allocations from end to end, however busy the account is.
const COUNT: &str = "\
SELECT count(*) AS credits, count(*) FILTER (WHERE a.given IS NULL AND (first.reason IN ('no_candidate', 'created_later') \
        OR first.reason = 'mode_needs_a_person' AND cardinality(first.candidates) = 0)) AS unfitting \
FROM observations o \
CROSS JOIN LATERAL (SELECT f.reason, f.candidates FROM findings f WHERE f.observation_id = o.id \
    ORDER BY f.finding_no LIMIT 1) first \
CROSS JOIN LATERAL (SELECT f.outcome, f.reason FROM findings f WHERE f.observation_id = o.id \
    ORDER BY f.finding_no DESC LIMIT 1) last \
LEFT JOIN LATERAL (SELECT true AS given FROM allocations g WHERE g.observation_id = o.id LIMIT 1) a ON true \
WHERE o.account_id = $1 AND o.live = $2 AND o.paid_to > $3 AND o.direction = 'credit' \
    AND last.outcome NOT IN ('proved', 'joined') \
    AND (a.given OR first.reason IS NULL \
        OR first.reason NOT IN ('equal_alerts', 'taken_back') \
            AND coalesce(last.reason, '') NOT IN ('taken_back', 'source_revoked'))";
