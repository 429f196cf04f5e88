//! "Send again whatever failed since then", worked off in steps.

use crate::schema::resends;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::{NullableTimestamp, Timestamp};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = resends, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Resend {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) endpoint_id: Option<Uuid>,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) total: i64,
    pub(crate) done: i64,
    pub(crate) after_finished_at: NullableTimestamp,
    pub(crate) after_id: Option<Uuid>,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: NullableTimestamp,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What stands for a delivery that is to be sent again: failed in the time asked for, to an endpoint that is sent to.
const FAILED: &str = "FROM deliveries d JOIN endpoints p ON p.id = d.endpoint_id AND p.state = 'active' \
     WHERE d.merchant_id = $1 AND d.live = $2 AND d.state = 'failed' AND d.finished_at >= $3 AND d.finished_at <= $4 \
       AND ($5 IS NULL OR d.endpoint_id = $5)";

impl Resend {
    /// Counts what it is about, and stores it. Within the connection's scope.
    pub(crate) async fn insert(mut self, conn: &mut db::Connection) -> QueryResult<Self> {
        let counted: Count = diesel::sql_query(format!("SELECT count(*) AS count {FAILED}"))
            .bind::<SqlUuid, _>(self.merchant_id)
            .bind::<diesel::sql_types::Bool, _>(self.live)
            .bind::<Timestamptz, _>(self.since)
            .bind::<Timestamptz, _>(self.until)
            .bind::<Nullable<SqlUuid>, _>(self.endpoint_id)
            .get_result(conn)
            .await?;
        self.total = counted.count;
        if self.total == 0 {
            self.finished_at = NullableTimestamp::from(Some(db::types::from_db(self.created_at)));
        }
        diesel::insert_into(resends::table)
            .values(&self)
            .execute(conn)
            .await?;
        Ok(self)
    }

    /// Within the connection's scope.
    pub(crate) async fn find(conn: &mut db::Connection, id: Uuid) -> QueryResult<Option<Self>> {
        resends::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// One that is not finished, within the connection's scope.
    pub(crate) async fn open(conn: &mut db::Connection) -> QueryResult<Option<Self>> {
        resends::table
            .filter(resends::finished_at.is_null())
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// The oldest that nobody else works on, locked for the rest of the transaction.
    pub(crate) async fn next(conn: &mut db::Connection) -> QueryResult<Option<Self>> {
        resends::table
            .filter(resends::finished_at.is_null())
            .select(Self::as_select())
            .order(resends::created_at)
            .for_update()
            .skip_locked()
            .first(conn)
            .await
            .optional()
    }

    /// Makes the next `most` deliveries due, the longest failed first. How many.
    pub(crate) async fn step(&self, conn: &mut db::Connection, most: i64) -> QueryResult<usize> {
        #[derive(QueryableByName)]
        struct Again {
            #[diesel(sql_type = SqlUuid)]
            id: Uuid,
            #[diesel(sql_type = Timestamptz)]
            finished_at: Timestamp,
        }
        let again: Vec<Again> = diesel::sql_query(format!(
            "WITH clock AS MATERIALIZED (SELECT noxpay_now() AS now),
             next AS (SELECT d.id, d.finished_at {FAILED}
                 AND ($6 IS NULL OR (d.finished_at, d.id) > ($6, $7))
                 ORDER BY d.finished_at, d.id LIMIT $8 FOR UPDATE OF d),
             changed AS (UPDATE deliveries d SET state = 'pending', finished_at = NULL, held = false, next_attempt_at = now,
                     blocks_until = now, attempts_before = d.attempts, round = d.round + 1
                 FROM clock, next n WHERE d.id = n.id)
             SELECT id, finished_at FROM next ORDER BY finished_at, id"
        ))
        .bind::<SqlUuid, _>(self.merchant_id)
        .bind::<diesel::sql_types::Bool, _>(self.live)
        .bind::<Timestamptz, _>(self.since)
        .bind::<Timestamptz, _>(self.until)
        .bind::<Nullable<SqlUuid>, _>(self.endpoint_id)
        .bind::<Nullable<Timestamptz>, _>(self.after_finished_at)
        .bind::<Nullable<SqlUuid>, _>(self.after_id)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?;
        let made_due = again.len();
        match again.last() {
            Some(last) => {
                diesel::update(resends::table.find(self.id))
                    .set((
                        resends::done
                            .eq(resends::done + i64::try_from(made_due).unwrap_or_default()),
                        resends::after_finished_at.eq(Some(last.finished_at)),
                        resends::after_id.eq(Some(last.id)),
                    ))
                    .execute(conn)
                    .await?;
            }
            None => {
                diesel::update(resends::table.find(self.id))
                    .set(resends::finished_at.eq(db::clock::noxpay_now().nullable()))
                    .execute(conn)
                    .await?;
            }
        }
        Ok(made_due)
    }
}
