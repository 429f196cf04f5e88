//! Stored evidence that somebody decides about: read, held, and given its next finding.

use super::finding::{self, Finding, FindingRow, Ruled};
use super::{Word, rupees, telling};
use crate::error::Error;
use crate::payment::{self, Telling, codes};
use crate::schema::{allocations, observations, sightings};
use db::types::MinorUnits;
use db::{Connection, Scope};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use domain::evidence::{Direction, PaymentMode, Strength};
use domain::ids::{AccountId, IntentId, MerchantId, ObservationId, SourceId};
use domain::matching::Rung;
use domain::{Interval, Mode, Money, Precision};
use jiff::Timestamp;
use uuid::Uuid;

/// An observation, as far as decisions need it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = observations, check_for_backend(diesel::pg::Pg))]
pub struct Observed {
    #[diesel(deserialize_as = Uuid)]
    pub id: ObservationId,
    /// The account's owner.
    #[diesel(deserialize_as = Uuid)]
    pub merchant_id: MerchantId,
    pub live: bool,
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = Uuid)]
    source_id: SourceId,
    pub rail_class: String,
    /// The form under which it is unique.
    pub reference: String,
    pub strength: Word<Strength>,
    pub direction: Word<Direction>,
    pub mode: Word<PaymentMode>,
    pub amount: MinorUnits,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    paid_from: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    paid_to: Timestamp,
    time_precision: Word<Precision>,
    payer_vpa: Option<String>,
    note: Option<String>,
}

impl Observed {
    pub const fn amount(&self) -> Money {
        rupees(self.amount)
    }

    pub fn interval(&self) -> Result<Interval, Error> {
        Interval::new(self.paid_from, self.paid_to, self.time_precision.0)
            .map_err(|_| Error::Broken("an observation ends before it begins"))
    }

    /// What it said of its payment.
    pub(crate) fn telling(&self, doubted: bool) -> Result<Telling, Error> {
        Ok(Telling {
            id: self.id.uuid(),
            observation: self.id,
            source: self.source_id,
            strength: self.strength.0,
            reference: (self.rail_class.clone(), self.reference.clone()),
            mode: self.mode.0,
            interval: self.interval()?,
            payer_vpa: self.payer_vpa.clone(),
            codes: codes(self.note.as_deref()),
            doubted,
        })
    }

    pub async fn find(conn: &mut Connection, id: ObservationId) -> QueryResult<Option<Self>> {
        observations::table
            .find(id.uuid())
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Some observations, in no order.
    pub async fn load(conn: &mut Connection, ids: &[Uuid]) -> QueryResult<Vec<Self>> {
        observations::table
            .filter(observations::id.eq_any(ids))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// Evidence of that direction under the same account and reference.
    pub async fn sibling(
        conn: &mut Connection,
        (account, class, reference): (AccountId, &str, &str),
        direction: Direction,
    ) -> QueryResult<Option<Self>> {
        observations::table
            .filter(observations::account_id.eq(account.uuid()))
            .filter(observations::rail_class.eq(class))
            .filter(observations::reference.eq(reference))
            .filter(observations::direction.eq(direction.as_str()))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Whoever decides about money of this amount in this account does so alone until the transaction ends. Taken before any
    /// intent is locked.
    pub async fn alone(&self, conn: &mut Connection) -> QueryResult<()> {
        payment::lock(conn, self.account_id, self.amount()).await
    }

    /// Waits until nobody else decides about it, or allocates it, and keeps others waiting until the transaction ends. After
    /// the intent's lock, where there is one.
    pub async fn hold(&self, conn: &mut Connection) -> QueryResult<()> {
        // The same lock as the trigger's that guards the sum of its allocations.
        db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(self.id.to_string())
            .execute(conn)
            .await
            .map(drop)
    }

    /// The finding that counts.
    pub async fn standing(&self, conn: &mut Connection) -> Result<FindingRow, Error> {
        finding::standing(conn, self.id).await
    }

    /// Adds the next finding, under the hold, and says its number.
    pub async fn rule(
        &self,
        conn: &mut Connection,
        after: Option<&FindingRow>,
        ruled: Ruled,
        now: Timestamp,
    ) -> QueryResult<i16> {
        let owner = Scope {
            merchant: self.merchant_id,
            mode: Mode::from_live(self.live),
        };
        finding::add(conn, (self.id, owner), after, &Finding::Ruled(ruled), now).await
    }

    /// Whether the same reference was also told with another amount.
    pub async fn is_contradicted(&self, conn: &mut Connection) -> QueryResult<bool> {
        let told = sightings::table
            .filter(sightings::observation_id.eq(self.id.uuid()))
            .filter(sightings::contradicts);
        diesel::select(exists(told)).get_result(conn).await
    }

    /// Whether an alert that nobody dismissed says that the bank took it back.
    pub async fn is_taken_back(&self, conn: &mut Connection) -> Result<bool, Error> {
        match self.reversal(conn).await? {
            None => Ok(false),
            Some(reversal) => Ok(reversal.standing(conn).await?.outcome != "dismissed"),
        }
    }

    /// The alert that the bank took it back, under its own reference or that of other evidence of the same payment.
    pub async fn reversal(&self, conn: &mut Connection) -> Result<Option<Self>, Error> {
        for (class, reference) in telling::payment(conn, self.id).await?.references() {
            let key = (self.account_id, class.as_str(), reference.as_str());
            let found = Self::sibling(conn, key, Direction::Reversal).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// How much of it belongs to intents, by intent: what was taken back is subtracted.
    pub async fn allocated(&self, conn: &mut Connection) -> QueryResult<Vec<Allocated>> {
        Self::allocated_of(conn, self.id).await
    }

    /// The same of the observation of that id.
    pub async fn allocated_of(
        conn: &mut Connection,
        id: ObservationId,
    ) -> QueryResult<Vec<Allocated>> {
        allocations::table
            .filter(allocations::observation_id.eq(id.uuid()))
            .order(allocations::id)
            .select(Allocated::as_select())
            .load(conn)
            .await
    }

    /// Whether any of it belongs to an intent.
    pub async fn is_allocated(&self, conn: &mut Connection) -> QueryResult<bool> {
        let some = allocations::table.filter(allocations::observation_id.eq(self.id.uuid()));
        diesel::select(exists(some)).get_result(conn).await
    }

    /// The money of an intent that nobody took back, by id.
    pub async fn of_intent(
        conn: &mut Connection,
        scope: Scope,
        intent: IntentId,
    ) -> QueryResult<Vec<Self>> {
        let reversed = diesel::alias!(allocations as reversed);
        let gone = reversed
            .filter(
                reversed
                    .field(allocations::observation_id)
                    .eq(observations::id),
            )
            .filter(reversed.field(allocations::kind).eq("reversal"));
        observations::table
            .filter(
                observations::id.eq_any(
                    allocations::table
                        .filter(allocations::merchant_id.eq(scope.merchant.uuid()))
                        .filter(allocations::live.eq(scope.mode.is_live()))
                        .filter(allocations::intent_id.eq(intent.uuid()))
                        .select(allocations::observation_id),
                ),
            )
            .filter(not(exists(gone)))
            .order(observations::id)
            .select(Self::as_select())
            .load(conn)
            .await
    }
}

/// Part of an observation that belongs to an intent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = allocations, check_for_backend(diesel::pg::Pg))]
pub struct Allocated {
    #[diesel(deserialize_as = Uuid)]
    pub merchant_id: MerchantId,
    #[diesel(deserialize_as = Uuid)]
    pub intent_id: IntentId,
    pub option_no: i16,
    pub amount: MinorUnits,
    pub rung: Word<Rung>,
}
