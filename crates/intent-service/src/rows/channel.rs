//! Channel tests, and who told of their payments.

use crate::schema::{channel_sightings, channel_tests, proofs};
use db::types::{MinorUnits, to_db};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel::sql_types::{Double, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::evidence::Strength;
use domain::ids::{AccountId, ProofId, SourceId};
use jiff::Timestamp;
use uuid::Uuid;

/// A test as it was asked for.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = channel_tests, check_for_backend(diesel::pg::Pg))]
pub struct TestRow {
    pub id: Uuid,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub started_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// Seconds; once both payments were seen with a time.
    pub measured_delay_s: Option<i32>,
}

/// One source's word about one payment.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = channel_sightings, check_for_backend(diesel::pg::Pg))]
pub struct SightingRow {
    #[diesel(deserialize_as = Uuid)]
    pub proof_id: ProofId,
    #[diesel(deserialize_as = Uuid)]
    pub source_id: SourceId,
    pub method: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub seen_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub paid_from: Timestamp,
    pub time_precision: String,
    pub fields: Vec<String>,
}

impl TestRow {
    pub async fn insert(
        conn: &mut Connection,
        scope: Scope,
        id: Uuid,
        account: AccountId,
        (from, to): (Timestamp, Timestamp),
    ) -> QueryResult<Self> {
        diesel::insert_into(channel_tests::table)
            .values((
                channel_tests::id.eq(id),
                channel_tests::merchant_id.eq(scope.merchant.uuid()),
                channel_tests::live.eq(scope.mode.is_live()),
                channel_tests::account_id.eq(account.uuid()),
                channel_tests::started_at.eq(to_db(from)),
                channel_tests::expires_at.eq(to_db(to)),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
    }

    /// The newest tests of an account.
    pub async fn newest(
        conn: &mut Connection,
        account: AccountId,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        channel_tests::table
            .filter(channel_tests::account_id.eq(account.uuid()))
            .order((channel_tests::started_at.desc(), channel_tests::id.desc()))
            .limit(limit)
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// Notes what came of it.
    pub async fn measured(conn: &mut Connection, id: Uuid, delay_s: i32) -> QueryResult<()> {
        diesel::update(channel_tests::table.find(id))
            .set(channel_tests::measured_delay_s.eq(delay_s))
            .execute(conn)
            .await
            .map(drop)
    }
}

/// The test payment that the credit may be, if a test asked for that amount at that time: its proof and its test.
pub async fn payment_of(
    conn: &mut Connection,
    told: &Observation,
) -> QueryResult<Option<(Uuid, Uuid)>> {
    proofs::table
        .filter(proofs::account_id.eq(told.account_id.uuid()))
        .filter(proofs::payable.eq(MinorUnits(told.amount.minor())))
        .filter(proofs::created_at.le(to_db(told.interval.to())))
        .filter(proofs::expires_at.ge(to_db(told.interval.from())))
        .filter(proofs::test_id.is_not_null())
        .order(proofs::created_at.desc())
        .select((proofs::id, proofs::test_id.assume_not_null()))
        .first(conn)
        .await
        .optional()
}

/// Notes who told of a test payment. The first word of a source counts.
pub async fn note(
    conn: &mut Connection,
    scope: Scope,
    proof: Uuid,
    told: &Observation,
    precision: &str,
) -> QueryResult<()> {
    let known = [
        ("utr", told.strength == Strength::Strong),
        ("payer_vpa", told.payer_vpa.is_some()),
        ("payer_name", told.payer_name.is_some()),
        ("note", told.note.is_some()),
    ];
    let fields: Vec<&str> = known
        .into_iter()
        .filter_map(|(name, there)| there.then_some(name))
        .collect();
    diesel::insert_into(channel_sightings::table)
        .values((
            channel_sightings::proof_id.eq(proof),
            channel_sightings::source_id.eq(told.source_id.uuid()),
            channel_sightings::merchant_id.eq(scope.merchant.uuid()),
            channel_sightings::live.eq(scope.mode.is_live()),
            channel_sightings::method.eq(&told.proof.method),
            channel_sightings::seen_at.eq(to_db(told.seen_at)),
            channel_sightings::paid_from.eq(to_db(told.interval.from())),
            channel_sightings::time_precision.eq(precision),
            channel_sightings::fields.eq(fields),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// Who told of some payments, the fastest first.
pub async fn sightings(conn: &mut Connection, proofs: &[Uuid]) -> QueryResult<Vec<SightingRow>> {
    channel_sightings::table
        .filter(channel_sightings::proof_id.eq_any(proofs))
        .order((channel_sightings::seen_at, channel_sightings::source_id))
        .select(SightingRow::as_select())
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Measured {
    #[diesel(sql_type = Nullable<Double>)]
    delay_s: Option<f64>,
}

/// How many seconds 99 of 100 alerts of the account's tests took, once both payments of `test` were seen. `None` where no
/// alert told a time.
pub async fn delay_s(
    conn: &mut Connection,
    account: AccountId,
    test: Uuid,
) -> QueryResult<Option<f64>> {
    let measured: Measured = db::statement(
        "SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM s.seen_at - s.paid_from)::float8) \
             AS delay_s \
         FROM channel_sightings s JOIN proofs p ON p.id = s.proof_id \
         WHERE p.account_id = $1 AND s.time_precision IN ('second', 'minute') \
           AND NOT EXISTS (SELECT FROM proofs q WHERE q.test_id = $2 \
               AND NOT EXISTS (SELECT FROM channel_sightings t WHERE t.proof_id = q.id))",
    )
    .bind::<SqlUuid, _>(account.uuid())
    .bind::<SqlUuid, _>(test)
    .get_result(conn)
    .await?;
    Ok(measured.delay_s)
}
