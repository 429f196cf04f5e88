//! Receiving accounts: physical payees, and who may use them.

use super::Word;
use super::dedication::DedicationRow;
use crate::error::Error;
use crate::schema::{account_grants, account_identifiers, accounts};
use db::types::to_db;
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, MerchantId};
use domain::policy::grace;
use jiff::{SignedDuration, Timestamp};
use rails::account_kind::AccountKind;
use rails::payee::{Mcc, Payee, PayeeName};
use rails::uri::StaticQr;
use rails::vpa::Vpa;
use serde::Deserialize;
use uuid::Uuid;

/// Whether an account takes intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Its proving payment was not seen yet.
    Proving,
    Live,
    Suspended,
}

/// A physical payee as its owner registered it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct AccountRow {
    #[diesel(deserialize_as = Uuid)]
    pub id: AccountId,
    /// Its owner.
    #[diesel(deserialize_as = Uuid)]
    pub merchant_id: MerchantId,
    pub live: bool,
    pub vpa: String,
    pub payee_name: String,
    pub kind: String,
    pub mcc: Option<String>,
    pub static_qr: Option<String>,
    /// As its owner registered it; whether its amounts speak is [`AccountRow::dedication`].
    pub dedicated: bool,
    pub reference_only: bool,
    pub bank: String,
    pub account_tail: Option<String>,
    pub status: Word<AccountStatus>,
    pub alert_delay_s: Option<i32>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(embed)]
    pub judged: DedicationRow,
}

/// What is registered.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub id: AccountId,
    pub payee: Payee,
    pub dedicated: bool,
    pub reference_only: bool,
    pub bank: String,
    pub account_tail: Option<String>,
}

impl AccountRow {
    /// How one asks this account for money. What is stored was checked when it was registered.
    pub fn payee(&self) -> Result<Payee, Error> {
        const BROKEN: Error = Error::Broken("an account is no payee");
        let kind = self.kind()?;
        let vpa = Vpa::parse(&self.vpa).map_err(|_| BROKEN)?;
        let name = PayeeName::parse(&self.payee_name).map_err(|_| BROKEN)?;
        let mut payee = Payee::new(kind, vpa, name);
        if let Some(mcc) = &self.mcc {
            let mcc = Mcc::parse(mcc).map_err(|_| BROKEN)?;
            payee = payee.with_mcc(mcc).map_err(|_| BROKEN)?;
        }
        if let Some(qr) = &self.static_qr {
            let qr = StaticQr::parse(qr).map_err(|_| BROKEN)?;
            payee = payee.with_static_qr(qr).map_err(|_| BROKEN)?;
        }
        Ok(payee)
    }

    pub fn kind(&self) -> Result<AccountKind, Error> {
        AccountKind::parse(&self.kind).ok_or(Error::Broken("an account has no kind"))
    }

    /// How long an alert of this account may be on its way.
    pub fn grace(&self) -> SignedDuration {
        let measured = self.alert_delay_s.map(i64::from);
        grace(measured.map(SignedDuration::from_secs))
    }

    /// Registers an account of the scope's merchant, still to be proved, with the owner's own grant.
    pub async fn insert(
        conn: &mut Connection,
        scope: Scope,
        new: &NewAccount,
        now: Timestamp,
    ) -> QueryResult<Self> {
        let payee = &new.payee;
        let row = diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(new.id.uuid()),
                accounts::merchant_id.eq(scope.merchant.uuid()),
                accounts::live.eq(scope.mode.is_live()),
                accounts::rail.eq("upi"),
                accounts::vpa.eq(payee.vpa().as_str()),
                accounts::payee_name.eq(payee.name().as_str()),
                accounts::kind.eq(payee.kind().as_str()),
                accounts::mcc.eq(payee.mcc().map(Mcc::as_str)),
                accounts::static_qr.eq(payee.static_qr().map(StaticQr::as_str)),
                accounts::dedicated.eq(new.dedicated),
                accounts::reference_only.eq(new.reference_only),
                accounts::bank.eq(&new.bank),
                accounts::account_tail.eq(&new.account_tail),
                accounts::created_at.eq(to_db(now)),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await?;
        Self::grant(conn, &row, scope.merchant, now).await?;
        Ok(row)
    }

    /// Lets `merchant` use the account. Again is harmless.
    pub async fn grant(
        conn: &mut Connection,
        account: &Self,
        merchant: MerchantId,
        now: Timestamp,
    ) -> QueryResult<()> {
        diesel::insert_into(account_grants::table)
            .values((
                account_grants::account_id.eq(account.id.uuid()),
                account_grants::live.eq(account.live),
                account_grants::merchant_id.eq(merchant.uuid()),
                account_grants::granted_at.eq(to_db(now)),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await
            .map(drop)
    }

    /// Claims an identifier for the account. False if it is somebody's already.
    pub async fn claim_identifier(
        conn: &mut Connection,
        account: &Self,
        kind: &str,
        keyed_hash: &[u8; 32],
    ) -> QueryResult<bool> {
        let claimed = diesel::insert_into(account_identifiers::table)
            .values((
                account_identifiers::live.eq(account.live),
                account_identifiers::kind.eq(kind),
                account_identifiers::keyed_hash.eq(keyed_hash.as_slice()),
                account_identifiers::merchant_id.eq(account.merchant_id.uuid()),
                account_identifiers::account_id.eq(account.id.uuid()),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        Ok(claimed == 1)
    }

    /// One account, of whatever merchant the connection may see.
    pub async fn find(conn: &mut Connection, id: AccountId) -> QueryResult<Option<Self>> {
        accounts::table
            .find(id.uuid())
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// The accounts that the scope's merchant may use, oldest first.
    pub async fn granted(mut conn: &Connection, scope: Scope) -> QueryResult<Vec<Self>> {
        accounts::table
            .inner_join(
                account_grants::table.on(account_grants::account_id
                    .eq(accounts::id)
                    .and(account_grants::live.eq(accounts::live))),
            )
            .filter(account_grants::merchant_id.eq(scope.merchant.uuid()))
            .filter(account_grants::live.eq(scope.mode.is_live()))
            .order((accounts::created_at, accounts::id))
            .select(Self::as_select())
            .load(&mut conn)
            .await
    }

    /// The account, if `merchant` may use it in this mode.
    pub async fn usable_by(
        conn: &mut Connection,
        id: AccountId,
        scope: Scope,
    ) -> QueryResult<Option<Self>> {
        accounts::table
            .inner_join(
                account_grants::table.on(account_grants::account_id
                    .eq(accounts::id)
                    .and(account_grants::live.eq(accounts::live))),
            )
            .filter(accounts::id.eq(id.uuid()))
            .filter(account_grants::merchant_id.eq(scope.merchant.uuid()))
            .filter(account_grants::live.eq(scope.mode.is_live()))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// How late its alerts come, in seconds, as it was measured. As the worker.
    pub async fn set_alert_delay(
        conn: &mut Connection,
        id: AccountId,
        delay_s: i32,
    ) -> QueryResult<()> {
        diesel::update(accounts::table.find(id.uuid()))
            .set(accounts::alert_delay_s.eq(delay_s))
            .execute(conn)
            .await
            .map(drop)
    }

    /// Takes intents from now on, if it was still to be proved.
    pub async fn go_live(conn: &mut Connection, id: AccountId) -> QueryResult<bool> {
        let changed = diesel::update(
            accounts::table
                .find(id.uuid())
                .filter(accounts::status.eq("proving")),
        )
        .set(accounts::status.eq("live"))
        .execute(conn)
        .await?;
        Ok(changed == 1)
    }
}
