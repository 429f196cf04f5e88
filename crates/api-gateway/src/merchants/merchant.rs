//! Rows of `merchants`.

use crate::schema::merchants;
use db::types::{from_db, to_db};
use db::{Connection, RequestPool, Scope, Tx, outbox};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::{Envelope, Event, MerchantChange, MerchantSnapshot, Producer};
use domain::ids::MerchantId;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// 3 to 100 letters, digits, spaces, `.`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MerchantName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 3 to 100 letters, digits, spaces, '.', '_' or '-'")]
pub(crate) struct MerchantNameError;

impl MerchantName {
    /// Trims surrounding white space first.
    pub(crate) fn parse(text: &str) -> Result<Self, MerchantNameError> {
        let text = text.trim();
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'_' | b'-');
        if (3..=100).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MerchantNameError)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A merchant as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = merchants)]
pub(crate) struct Merchant {
    merchant_id: Uuid,
    pub name: String,
    pub active: bool,
    pub rate_limit_rpm: Option<i32>,
    created_at: DbTimestamp,
}

impl Merchant {
    pub(crate) fn id(&self) -> MerchantId {
        MerchantId::from_uuid(self.merchant_id)
    }

    pub(crate) fn created_at(&self) -> Timestamp {
        from_db(self.created_at)
    }

    pub(crate) async fn find(conn: &mut Connection, id: MerchantId) -> QueryResult<Option<Self>> {
        merchants::table
            .find(id.uuid())
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// With its row locked until the transaction ends: of what follows, nothing happens beside another change.
    pub(crate) async fn lock(tx: &mut Tx, id: MerchantId) -> QueryResult<Option<Self>> {
        merchants::table
            .find(id.uuid())
            .for_update()
            .select(Self::as_select())
            .first(tx)
            .await
            .optional()
    }

    /// The newest ones.
    pub(crate) async fn list(conn: &mut Connection, limit: i64) -> QueryResult<Vec<Self>> {
        merchants::table
            .order((merchants::created_at.desc(), merchants::merchant_id.desc()))
            .limit(limit)
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// A new one, already locked; `None` if the id is taken.
    pub(crate) async fn insert(
        tx: &mut Tx,
        id: MerchantId,
        name: &MerchantName,
        rate_limit_rpm: Option<i32>,
        at: Timestamp,
    ) -> QueryResult<Option<Self>> {
        diesel::insert_into(merchants::table)
            .values((
                merchants::merchant_id.eq(id.uuid()),
                merchants::name.eq(name.as_str()),
                merchants::rate_limit_rpm.eq(rate_limit_rpm),
                merchants::created_at.eq(to_db(at)),
            ))
            .on_conflict_do_nothing()
            .returning(Self::as_returning())
            .get_result(tx)
            .await
            .optional()
    }

    /// Writes what may change, with the row locked by the caller.
    pub(crate) async fn save(&self, tx: &mut Tx) -> QueryResult<()> {
        diesel::update(merchants::table.find(self.merchant_id))
            .set((
                merchants::name.eq(&self.name),
                merchants::active.eq(self.active),
                merchants::rate_limit_rpm.eq(self.rate_limit_rpm),
            ))
            .execute(tx)
            .await
            .map(drop)
    }

    /// Says on the bus that the merchant changed, under its next sequence number. The row must be locked.
    pub(crate) async fn announce(
        &self,
        tx: &mut Tx,
        what: MerchantChange,
        at: Timestamp,
    ) -> QueryResult<()> {
        let sequence = diesel::update(merchants::table.find(self.merchant_id))
            .set(merchants::sequence.eq(merchants::sequence + 1))
            .returning(merchants::sequence)
            .get_result(tx)
            .await?;
        let snapshot = MerchantSnapshot {
            merchant_id: self.id(),
            sequence,
            active: self.active,
        };
        let envelope = Envelope::new(Producer::ApiGateway, at, Event::Merchant(what, snapshot));
        outbox::append(tx, &envelope, &runtime::trace::current().to_map()).await
    }
}

/// The merchant's name as a payer sees it, within the merchant's own scope.
pub(crate) async fn name_of(pool: &RequestPool, scope: Scope) -> QueryResult<Option<String>> {
    pool.tenant(scope, async |tx| {
        merchants::table
            .find(scope.merchant.uuid())
            .select(merchants::name)
            .first(tx)
            .await
            .optional()
    })
    .await
}

#[cfg(test)]
mod name_tests {
    use super::*;

    #[test]
    fn a_name_has_only_harmless_characters() {
        assert_eq!(
            MerchantName::parse("  My Shop-1 ").unwrap().as_str(),
            "My Shop-1"
        );
        for text in ["", "ab", "a<b>c", "shop\n", "śhop", &"a".repeat(101)] {
            let parsed = MerchantName::parse(text);
            assert!(parsed.is_err() || text == "shop\n", "{text:?}");
        }
    }
}
