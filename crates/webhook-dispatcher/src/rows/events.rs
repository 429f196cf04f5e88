//! Merchant events and the deliveries that they cause.

use super::endpoints::Endpoint;
use crate::schema::{deliveries, events};
use db::clock::noxpay_now;
use db::types::JsonText;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp;
use uuid::Uuid;

#[derive(Insertable)]
// Every column is given: else the statement would be parsed anew each time.
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct NewEvent {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) bus_event_id: Uuid,
    pub(crate) event_type: &'static str,
    pub(crate) object_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) body: String,
    pub(crate) trace: JsonText,
    pub(crate) occurred_at: Timestamp,
}

impl NewEvent {
    /// False if the same bus event was turned into this merchant event before (beyond what the inbox remembers).
    pub(crate) async fn insert(&self, conn: &mut db::Connection) -> QueryResult<bool> {
        let inserted = diesel::insert_into(events::table)
            .values(self)
            .on_conflict((events::bus_event_id, events::event_type))
            .do_nothing()
            .execute(conn)
            .await?;
        Ok(inserted == 1)
    }

    /// One delivery per endpoint, due at once.
    pub(crate) async fn deliver_to(
        &self,
        conn: &mut db::Connection,
        endpoint: &Endpoint,
    ) -> QueryResult<usize> {
        diesel::insert_into(deliveries::table)
            .values((
                deliveries::id.eq(Uuid::now_v7()),
                deliveries::merchant_id.eq(self.merchant_id),
                deliveries::live.eq(self.live),
                deliveries::event_id.eq(self.id),
                deliveries::endpoint_id.eq(endpoint.id),
                deliveries::next_attempt_at.eq(noxpay_now().nullable()),
            ))
            .execute(conn)
            .await
    }
}
