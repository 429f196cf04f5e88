//! Endpoints of merchants.

use crate::message::MerchantEvent;
use crate::schema::endpoints;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = endpoints, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Endpoint {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) url: String,
    pub(crate) sealed_secret: Vec<u8>,
    pub(crate) event_types: Option<Vec<String>>,
    pub(crate) state: String,
    pub(crate) created_at: Timestamp,
}

impl Endpoint {
    pub(crate) const ACTIVE: &str = "active";
    pub(crate) const DISABLED: &str = "disabled";

    pub(crate) fn is_active(&self) -> bool {
        self.state == Self::ACTIVE
    }

    /// Whether the merchant wants this event here.
    pub(crate) fn wants(&self, event: MerchantEvent) -> bool {
        match &self.event_types {
            None => event.is_default(),
            Some(listed) => listed.iter().any(|t| t == event.as_str()),
        }
    }

    pub(crate) fn listed_types(&self) -> Vec<String> {
        self.event_types.clone().unwrap_or_default()
    }

    pub(crate) async fn insert(&self, conn: &mut db::Connection) -> QueryResult<usize> {
        diesel::insert_into(endpoints::table)
            .values(self)
            .execute(conn)
            .await
    }

    /// Within the connection's scope.
    pub(crate) async fn list(conn: &mut db::Connection) -> QueryResult<Vec<Self>> {
        endpoints::table
            .select(Self::as_select())
            .order(endpoints::created_at.desc())
            .load(conn)
            .await
    }

    /// Of one merchant in one mode, for the worker, which sees all.
    pub(crate) async fn active_of(
        conn: &mut db::Connection,
        merchant: Uuid,
        live: bool,
    ) -> QueryResult<Vec<Self>> {
        endpoints::table
            .filter(endpoints::merchant_id.eq(merchant))
            .filter(endpoints::live.eq(live))
            .filter(endpoints::state.eq(Self::ACTIVE))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    pub(crate) async fn disable(conn: &mut db::Connection, id: Uuid) -> QueryResult<Option<Self>> {
        diesel::update(endpoints::table.find(id))
            .set(endpoints::state.eq(Self::DISABLED))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
            .optional()
    }
}
