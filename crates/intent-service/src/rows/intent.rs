//! Intents: one request for money each.

use super::{Word, rupees};
use crate::error::Error;
use crate::schema::intents;
use db::types::{JsonText, MinorUnits, to_db};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{IntentId, MerchantId};
use domain::policy::Terms;
use domain::status::{Word as StandingWord, Words};
use domain::{Currency, Mode, Money, OrderId, Policy, ReviewReason, StatusName};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// An intent as it stands.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = intents, check_for_backend(diesel::pg::Pg))]
pub struct IntentRow {
    #[diesel(deserialize_as = Uuid)]
    pub merchant_id: MerchantId,
    pub live: bool,
    #[diesel(deserialize_as = Uuid)]
    pub id: IntentId,
    pub order_id: String,
    pub amount_minor: i64,
    pub amount_trusted: bool,
    pub status: Word<StatusName>,
    pub review_reason: Option<Word<ReviewReason>>,
    pub received: MinorUnits,
    pub excess: MinorUnits,
    pub late: bool,
    pub sequence: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    pub grace_s: i32,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub settled_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub paid_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub cancelled_at: Option<Timestamp>,
    pub policy: JsonText,
    pub metadata: Option<JsonText>,
    pub redirect_url: Option<String>,
    pub fingerprint: Vec<u8>,
    pub trace: JsonText,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub matched_at: Option<Timestamp>,
    pub matched_received: Option<MinorUnits>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub approved_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub rejected_at: Option<Timestamp>,
    pub rejected_received: Option<MinorUnits>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub taken_back_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub reversed_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub doubted_at: Option<Timestamp>,
}

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewIntent {
    pub id: IntentId,
    pub order_id: OrderId,
    pub amount: Money,
    pub amount_trusted: bool,
    pub terms: Terms,
    pub metadata: Option<JsonText>,
    pub redirect_url: Option<String>,
    pub fingerprint: [u8; 32],
    pub trace: JsonText,
}

/// What changes with a status. Absent fields stay: the request role may not even name the money's columns.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = intents)]
pub struct IntentChange {
    pub status: &'static str,
    pub review_reason: Option<Option<&'static str>>,
    pub sequence: i64,
    pub check_at: Option<Option<jiff_diesel::Timestamp>>,
    pub cancelled_at: Option<jiff_diesel::Timestamp>,
    pub received: Option<MinorUnits>,
    pub excess: Option<MinorUnits>,
    pub late: Option<bool>,
    pub paid_at: Option<jiff_diesel::Timestamp>,
    pub settled_at: Option<jiff_diesel::Timestamp>,
    pub matched_at: Option<jiff_diesel::Timestamp>,
    pub matched_received: Option<MinorUnits>,
    pub approved_at: Option<jiff_diesel::Timestamp>,
    pub rejected_at: Option<jiff_diesel::Timestamp>,
    pub rejected_received: Option<MinorUnits>,
    pub taken_back_at: Option<Option<jiff_diesel::Timestamp>>,
    pub reversed_at: Option<jiff_diesel::Timestamp>,
    pub doubted_at: Option<Option<jiff_diesel::Timestamp>>,
}

impl IntentRow {
    pub const fn scope(&self) -> Scope {
        Scope {
            merchant: self.merchant_id,
            mode: Mode::from_live(self.live),
        }
    }

    pub fn status(&self) -> StatusName {
        self.status.0
    }

    pub fn review_reason(&self) -> Option<ReviewReason> {
        self.review_reason.as_ref().map(|word| word.0)
    }

    pub const fn amount(&self) -> Money {
        Money::from_minor(self.amount_minor, Currency::Inr)
    }

    pub const fn received(&self) -> Money {
        rupees(self.received)
    }

    pub const fn excess(&self) -> Money {
        rupees(self.excess)
    }

    /// What people decided about its money, and what speaks against it.
    pub fn words(&self) -> Words {
        let word = |at: Option<Timestamp>, received: Option<MinorUnits>| {
            let (at, received) = (at?, rupees(received?));
            Some(StandingWord { at, received })
        };
        Words {
            matched: word(self.matched_at, self.matched_received),
            approved_at: self.approved_at,
            rejected: word(self.rejected_at, self.rejected_received),
            taken_back: self.taken_back_at.is_some(),
            doubted: self.doubted_at.is_some(),
            reversed: self.reversed_at.is_some(),
        }
    }

    /// The moments and the policy that were frozen at creation.
    pub fn terms(&self) -> Result<Terms, Error> {
        let policy: Policy = serde_json::from_str(self.policy.as_str())
            .map_err(|_| Error::Broken("an intent's policy cannot be read"))?;
        Ok(Terms {
            created_at: self.created_at,
            expires_at: self.expires_at,
            grace: SignedDuration::from_secs(i64::from(self.grace_s)),
            policy,
        })
    }

    /// Stores a pending intent. `None` where the merchant used the order id before.
    pub async fn insert(
        mut conn: &Connection,
        scope: Scope,
        new: &NewIntent,
    ) -> Result<Option<Self>, Error> {
        let terms = &new.terms;
        let policy = serde_json::to_string(&terms.policy)
            .map_err(|_| Error::Broken("a policy cannot be written"))?;
        let grace = i32::try_from(terms.grace.as_secs())
            .map_err(|_| Error::Broken("an account's alert delay is out of range"))?;
        if new.amount.currency() != Currency::Inr {
            return Err(Error::Broken("an intent's price is not in rupees"));
        }
        let row = diesel::insert_into(intents::table)
            .values((
                intents::merchant_id.eq(scope.merchant.uuid()),
                intents::live.eq(scope.mode.is_live()),
                intents::id.eq(new.id.uuid()),
                intents::order_id.eq(new.order_id.as_str()),
                intents::amount_minor.eq(new.amount.minor()),
                intents::amount_trusted.eq(new.amount_trusted),
                intents::status.eq(StatusName::Pending.as_str()),
                intents::sequence.eq(1_i64),
                intents::created_at.eq(to_db(terms.created_at)),
                intents::expires_at.eq(to_db(terms.expires_at)),
                intents::grace_s.eq(grace),
                intents::policy.eq(JsonText::new(policy)),
                intents::metadata.eq(new.metadata.as_ref()),
                intents::redirect_url.eq(new.redirect_url.as_ref()),
                intents::fingerprint.eq(new.fingerprint.as_slice()),
                intents::trace.eq(&new.trace),
                intents::check_at.eq(to_db(terms.over_at())),
            ))
            .on_conflict((intents::merchant_id, intents::live, intents::order_id))
            .do_nothing()
            .returning(Self::as_returning())
            .get_result(&mut conn)
            .await
            .optional()?;
        Ok(row)
    }

    /// Polled together with another statement, it shares its round trip.
    pub async fn find(
        mut conn: &Connection,
        scope: Scope,
        id: IntentId,
    ) -> QueryResult<Option<Self>> {
        intents::table
            .find((scope.merchant.uuid(), scope.mode.is_live(), id.uuid()))
            .select(Self::as_select())
            .first(&mut conn)
            .await
            .optional()
    }

    pub async fn find_by_order(
        mut conn: &Connection,
        scope: Scope,
        order: &OrderId,
    ) -> QueryResult<Option<Self>> {
        intents::table
            .filter(intents::merchant_id.eq(scope.merchant.uuid()))
            .filter(intents::live.eq(scope.mode.is_live()))
            .filter(intents::order_id.eq(order.as_str()))
            .select(Self::as_select())
            .first(&mut conn)
            .await
            .optional()
    }

    /// Whoever knows the id may see it: for the checkout, as the worker.
    pub async fn find_anywhere(mut conn: &Connection, id: IntentId) -> QueryResult<Option<Self>> {
        intents::table
            .filter(intents::id.eq(id.uuid()))
            .select(Self::as_select())
            .first(&mut conn)
            .await
            .optional()
    }

    /// Locks the row until the transaction ends: nobody else moves this intent meanwhile.
    pub async fn lock(
        conn: &mut Connection,
        scope: Scope,
        id: IntentId,
    ) -> QueryResult<Option<Self>> {
        intents::table
            .find((scope.merchant.uuid(), scope.mode.is_live(), id.uuid()))
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
            .optional()
    }

    /// Up to `limit` intents whose time for a look has come, locked; those that another replica looks at are left out.
    pub async fn lock_due(conn: &mut Connection, limit: i64) -> QueryResult<Vec<Self>> {
        intents::table
            .filter(
                intents::check_at
                    .assume_not_null()
                    .le(db::clock::noxpay_now()),
            )
            .filter(intents::check_at.is_not_null())
            .order((intents::check_at, intents::id))
            .limit(limit)
            .select(Self::as_select())
            .for_update()
            .skip_locked()
            .load(conn)
            .await
    }

    /// Newest first, of one status, only those created before an intent.
    pub async fn list(
        conn: &mut Connection,
        scope: Scope,
        status: Option<StatusName>,
        before: Option<&Self>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let mut query = intents::table
            .filter(intents::merchant_id.eq(scope.merchant.uuid()))
            .filter(intents::live.eq(scope.mode.is_live()))
            .order((intents::created_at.desc(), intents::id.desc()))
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some(status) = status {
            query = query.filter(intents::status.eq(status.as_str()));
        }
        if let Some(before) = before {
            let at = to_db(before.created_at);
            // The order's second column tells intents of the same microsecond apart.
            query = query.filter(
                intents::created_at.lt(at).or(intents::created_at
                    .eq(at)
                    .and(intents::id.lt(before.id.uuid()))),
            );
        }
        query.load(conn).await
    }

    /// Which of `ids` are the scope's own.
    pub async fn own_ids(
        conn: &mut Connection,
        scope: Scope,
        ids: &[Uuid],
    ) -> QueryResult<Vec<Uuid>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        intents::table
            .filter(intents::merchant_id.eq(scope.merchant.uuid()))
            .filter(intents::live.eq(scope.mode.is_live()))
            .filter(intents::id.eq_any(ids))
            .select(intents::id)
            .load(conn)
            .await
    }

    /// Changes the row if nobody moved it since it was read. `None` if somebody did.
    pub async fn change(
        &self,
        conn: &mut Connection,
        change: &IntentChange,
    ) -> QueryResult<Option<Self>> {
        diesel::update(
            intents::table
                .find((self.merchant_id.uuid(), self.live, self.id.uuid()))
                .filter(intents::status.eq(self.status().as_str()))
                .filter(intents::sequence.eq(self.sequence)),
        )
        .set(change)
        .returning(Self::as_returning())
        .get_result(conn)
        .await
        .optional()
    }

    /// Sets when time alone may next change the status.
    pub async fn look_again_at(
        &self,
        conn: &mut Connection,
        at: Option<Timestamp>,
    ) -> QueryResult<()> {
        diesel::update(intents::table.find((self.merchant_id.uuid(), self.live, self.id.uuid())))
            .set(intents::check_at.eq(at.map(to_db)))
            .execute(conn)
            .await
            .map(drop)
    }
}
