//! Proving payments: a random amount that shows whose mailbox it is.

use super::rupees;
use crate::schema::proofs;
use db::types::{MinorUnits, to_db};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, ObservationId, ProofId};
use domain::{Interval, Money};
use jiff::Timestamp;
use rails::code::Code;
use uuid::Uuid;

/// A proving payment that was asked for.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = proofs, check_for_backend(diesel::pg::Pg))]
pub struct ProofRow {
    #[diesel(deserialize_as = Uuid)]
    pub id: ProofId,
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    pub payable: MinorUnits,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub proved_at: Option<Timestamp>,
}

impl ProofRow {
    pub const fn payable(&self) -> Money {
        rupees(self.payable)
    }

    /// The note of its payment request: made of the id's random bits, so that it is the same whenever it is shown. No
    /// intent has it.
    pub fn code(&self) -> Code {
        let [.., a, b, c, d, e, f] = *self.id.uuid().as_bytes();
        Code::from_random([a, b, c, d, e, f])
    }

    /// Holds `payable` (minor units) of the account over `[from, to)` and stores the proof. False if somebody holds it.
    ///
    /// One statement, since each row names the other: the hold refers to the proof, and the proof must know what is held.
    pub async fn reserve(
        conn: &mut Connection,
        scope: Scope,
        id: ProofId,
        account: AccountId,
        payable: i64,
        (from, to): (Timestamp, Timestamp),
        test: Option<Uuid>,
    ) -> QueryResult<bool> {
        let stored = db::statement(
            "WITH held AS ( \
                 INSERT INTO reservations (account_id, payable, hold, merchant_id, live, proof_id) \
                 VALUES ($1, $2, tstzrange($3, $4), $5, $6, $7) \
                 ON CONFLICT DO NOTHING RETURNING proof_id) \
             INSERT INTO proofs (id, merchant_id, live, account_id, payable, created_at, expires_at, test_id) \
             SELECT held.proof_id, $5, $6, $1, $2, $3, $4, $8 FROM held",
        )
        .bind::<SqlUuid, _>(account.uuid())
        .bind::<BigInt, _>(payable)
        .bind::<Timestamptz, _>(to_db(from))
        .bind::<Timestamptz, _>(to_db(to))
        .bind::<SqlUuid, _>(scope.merchant.uuid())
        .bind::<Bool, _>(scope.mode.is_live())
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Nullable<SqlUuid>, _>(test)
        .execute(conn)
        .await?;
        Ok(stored == 1)
    }

    /// The payments of a channel test, the smaller first.
    pub async fn of_test(conn: &mut Connection, test: Uuid) -> QueryResult<Vec<Self>> {
        proofs::table
            .filter(proofs::test_id.eq(test))
            .order(proofs::payable)
            .select(Self::as_select())
            .load(conn)
            .await
    }

    pub async fn find(
        conn: &mut Connection,
        scope: Scope,
        id: ProofId,
    ) -> QueryResult<Option<Self>> {
        proofs::table
            .find(id.uuid())
            .filter(proofs::merchant_id.eq(scope.merchant.uuid()))
            .filter(proofs::live.eq(scope.mode.is_live()))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Marks the open proof of exactly this amount as seen, if the payment may have happened while it was open.
    pub async fn see(
        conn: &mut Connection,
        account: AccountId,
        amount: Money,
        interval: Interval,
        observation: ObservationId,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let seen = diesel::update(
            proofs::table
                .filter(proofs::account_id.eq(account.uuid()))
                .filter(proofs::payable.eq(MinorUnits(amount.minor())))
                .filter(proofs::proved_at.is_null())
                .filter(proofs::created_at.le(to_db(interval.to())))
                .filter(proofs::expires_at.ge(to_db(interval.from()))),
        )
        .set((
            proofs::proved_at.eq(to_db(now)),
            proofs::observation_id.eq(observation.uuid()),
        ))
        .execute(conn)
        .await?;
        Ok(seen > 0)
    }
}
