//! Endpoints of merchants.

use super::claim::SealedKeys;
use crate::message::MerchantEvent;
use crate::profile::{Profile, Retry};
use crate::schema::endpoints;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::{NullableTimestamp, Timestamp};
use uuid::Uuid;

/// Listed alone it stands for every event type, also those of later versions.
pub(crate) const EVERY_TYPE: &str = "*";

#[derive(Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = endpoints, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Endpoint {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) url: String,
    pub(crate) sealed_secret: Vec<u8>,
    pub(crate) event_types: Option<Vec<String>>,
    pub(crate) profile: String,
    pub(crate) state: String,
    pub(crate) created_at: Timestamp,
    pub(crate) description: String,
    pub(crate) retry: String,
    pub(crate) pauses_s: Option<Vec<i32>>,
    pub(crate) state_reason: Option<String>,
    pub(crate) state_since: NullableTimestamp,
    pub(crate) failing_since: NullableTimestamp,
    pub(crate) sealed_signing_key: Option<Vec<u8>>,
    pub(crate) sealed_previous: Option<Vec<u8>>,
    pub(crate) previous_until: NullableTimestamp,
    pub(crate) single_signs_with_previous: bool,
}

/// What a merchant changes; what is `None` stays.
#[derive(AsChangeset, Clone, Default, PartialEq, Eq)]
#[diesel(table_name = endpoints)]
pub(crate) struct Change {
    pub(crate) url: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) event_types: Option<Option<Vec<String>>>,
    pub(crate) profile: Option<&'static str>,
    pub(crate) retry: Option<&'static str>,
    pub(crate) pauses_s: Option<Option<Vec<i32>>>,
    pub(crate) sealed_signing_key: Option<Option<Vec<u8>>>,
}

impl Change {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a rotation sets.
#[derive(AsChangeset)]
#[diesel(table_name = endpoints, treat_none_as_null = true)]
pub(crate) struct Keys {
    pub(crate) sealed_secret: Vec<u8>,
    pub(crate) sealed_previous: Option<Vec<u8>>,
    pub(crate) previous_until: NullableTimestamp,
    pub(crate) single_signs_with_previous: bool,
}

impl Endpoint {
    pub(crate) const ACTIVE: &str = "active";
    pub(crate) const DISABLED: &str = "disabled";
    pub(crate) const DELETED: &str = "deleted";

    pub(crate) fn is_active(&self) -> bool {
        self.state == Self::ACTIVE
    }

    pub(crate) fn profile(&self) -> Profile {
        Profile::stored(&self.profile)
    }

    pub(crate) fn retry(&self) -> Retry {
        Retry::stored(&self.retry, self.pauses_s.as_deref())
    }

    pub(crate) fn keys(&self) -> SealedKeys {
        SealedKeys {
            sealed_secret: self.sealed_secret.clone(),
            sealed_previous: self.sealed_previous.clone(),
            previous_until: self.previous_until,
            single_signs_with_previous: self.single_signs_with_previous,
            sealed_signing_key: self.sealed_signing_key.clone(),
        }
    }

    /// Whether the merchant wants this event here.
    pub(crate) fn wants(&self, event: MerchantEvent) -> bool {
        match &self.event_types {
            None => event.is_default(),
            Some(listed) => listed
                .iter()
                .any(|t| t == event.as_str() || t == EVERY_TYPE),
        }
    }

    pub(crate) fn listed_types(&self) -> Vec<String> {
        self.event_types.clone().unwrap_or_default()
    }

    /// Keeps others from adding to the connection's scope for the rest of the transaction: what is counted stays true.
    pub(crate) async fn lock_list(
        conn: &mut db::Connection,
        merchant: Uuid,
        live: bool,
    ) -> QueryResult<()> {
        db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(format!("webhooks.endpoints: {merchant} {live}"))
            .execute(conn)
            .await?;
        Ok(())
    }

    pub(crate) async fn insert(&self, conn: &mut db::Connection) -> QueryResult<usize> {
        diesel::insert_into(endpoints::table)
            .values(self)
            .execute(conn)
            .await
    }

    /// Within the connection's scope, newest first, without deleted ones.
    pub(crate) async fn list(conn: &mut db::Connection) -> QueryResult<Vec<Self>> {
        endpoints::table
            .filter(endpoints::state.ne(Self::DELETED))
            .select(Self::as_select())
            .order((endpoints::created_at.desc(), endpoints::id.desc()))
            .load(conn)
            .await
    }

    /// Within the connection's scope; deleted ones are not there.
    pub(crate) async fn find(conn: &mut db::Connection, id: Uuid) -> QueryResult<Option<Self>> {
        endpoints::table
            .find(id)
            .filter(endpoints::state.ne(Self::DELETED))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Of a delivery that is there, also where it was deleted since.
    pub(crate) async fn of_delivery(conn: &mut db::Connection, id: Uuid) -> QueryResult<Self> {
        endpoints::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
    }

    /// One that is not deleted, locked for the rest of the transaction.
    pub(crate) async fn lock(conn: &mut db::Connection, id: Uuid) -> QueryResult<Option<Self>> {
        endpoints::table
            .find(id)
            .filter(endpoints::state.ne(Self::DELETED))
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
            .optional()
    }

    /// Of merchants in their modes, for the worker, which sees all.
    pub(crate) async fn active_of(
        mut conn: &db::Connection,
        tenants: impl Iterator<Item = (Uuid, bool)>,
    ) -> QueryResult<Vec<Self>> {
        let (merchants, modes): (Vec<Uuid>, Vec<bool>) = tenants.unzip();
        db::statement(
            "SELECT p.id, p.merchant_id, p.live, p.url, p.sealed_secret, p.event_types, p.profile, p.state, p.created_at,
                    p.description, p.retry, p.pauses_s, p.state_reason, p.state_since, p.failing_since, p.sealed_signing_key,
                    p.sealed_previous, p.previous_until, p.single_signs_with_previous
             FROM unnest($1::uuid[], $2::boolean[]) AS t(merchant_id, live)
             JOIN endpoints p ON p.merchant_id = t.merchant_id AND p.live = t.live AND p.state = 'active'",
        )
        .bind::<Array<SqlUuid>, _>(merchants)
        .bind::<Array<Bool>, _>(modes)
        .load(&mut conn)
        .await
    }

    pub(crate) async fn change(
        conn: &mut db::Connection,
        id: Uuid,
        change: &Change,
    ) -> QueryResult<Option<Self>> {
        diesel::update(endpoints::table.find(id))
            .set(change)
            .returning(Self::as_returning())
            .get_result(conn)
            .await
            .optional()
    }

    pub(crate) async fn set_keys(
        conn: &mut db::Connection,
        id: Uuid,
        keys: &Keys,
    ) -> QueryResult<Option<Self>> {
        diesel::update(endpoints::table.find(id))
            .set(keys)
            .returning(Self::as_returning())
            .get_result(conn)
            .await
            .optional()
    }

    /// Into another state, from any but `deleted`, which is final. Also forgets the failures before it.
    pub(crate) async fn enter(
        conn: &mut db::Connection,
        id: Uuid,
        state: &'static str,
        reason: Option<&'static str>,
        at: Timestamp,
    ) -> QueryResult<Option<Self>> {
        let other = endpoints::state
            .ne(state)
            .and(endpoints::state.ne(Self::DELETED));
        diesel::update(endpoints::table.find(id).filter(other))
            .set((
                endpoints::state.eq(state),
                endpoints::state_reason.eq(reason),
                endpoints::state_since.eq(Some(at)),
                endpoints::failing_since.eq(None::<Timestamp>),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
            .optional()
    }
}
