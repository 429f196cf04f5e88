//! The ways to pay an intent. One, so far.

use super::account::AccountRow;
use super::rupees;
use crate::error::Error;
use crate::schema::{accounts, options};
use db::types::MinorUnits;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Money;
use domain::ids::{AccountId, IntentId};
use rails::code::Code;
use uuid::Uuid;

/// The number of an intent's first option.
pub const FIRST: i16 = 1;

/// A way to pay.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = options, check_for_backend(diesel::pg::Pg))]
pub struct OptionRow {
    #[diesel(deserialize_as = Uuid)]
    pub intent_id: IntentId,
    pub option_no: i16,
    pub method: String,
    #[diesel(deserialize_as = Uuid)]
    pub account_id: AccountId,
    pub payable: MinorUnits,
    pub reserved: bool,
    pub target: String,
    pub code: String,
}

impl OptionRow {
    pub const fn payable(&self) -> Money {
        rupees(self.payable)
    }

    pub fn code(&self) -> Result<Code, Error> {
        Code::parse(&self.code).map_err(|_| Error::Broken("an option's code is no code"))
    }

    /// Stores an intent's first option. `None` if the code was used before, which 45 random bits make a rumour.
    pub async fn insert(
        mut conn: &Connection,
        scope: Scope,
        intent: IntentId,
        account: &AccountRow,
        payable: i64,
        reserved: bool,
        code: Code,
    ) -> QueryResult<Option<Self>> {
        diesel::insert_into(options::table)
            .values((
                options::merchant_id.eq(scope.merchant.uuid()),
                options::live.eq(scope.mode.is_live()),
                options::intent_id.eq(intent.uuid()),
                options::option_no.eq(FIRST),
                options::method.eq("upi"),
                options::account_id.eq(account.id.uuid()),
                options::asset.eq("INR"),
                options::payable.eq(MinorUnits(payable)),
                options::reserved.eq(reserved),
                options::target.eq(&account.vpa),
                options::code.eq(code.to_string()),
            ))
            .on_conflict(options::code)
            .do_nothing()
            .returning(Self::as_returning())
            .get_result(&mut conn)
            .await
            .optional()
    }

    /// An intent's first option: what the payer is asked.
    pub async fn first(
        conn: &mut Connection,
        scope: Scope,
        intent: IntentId,
    ) -> Result<Self, Error> {
        let first = options::table
            .find((
                scope.merchant.uuid(),
                scope.mode.is_live(),
                intent.uuid(),
                FIRST,
            ))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()?;
        first.ok_or(Error::Broken("an intent has no option"))
    }

    /// The options of some intents with their accounts, by intent and number.
    pub async fn of(
        mut conn: &Connection,
        scope: Scope,
        intents: &[Uuid],
    ) -> QueryResult<Vec<(Self, AccountRow)>> {
        options::table
            .inner_join(accounts::table.on(accounts::id.eq(options::account_id)))
            .filter(options::merchant_id.eq(scope.merchant.uuid()))
            .filter(options::live.eq(scope.mode.is_live()))
            .filter(options::intent_id.eq_any(intents))
            .order((options::intent_id, options::option_no))
            .select((Self::as_select(), AccountRow::as_select()))
            .load(&mut conn)
            .await
    }
}
