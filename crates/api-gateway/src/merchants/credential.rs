//! Rows of `credentials`.

use crate::auth::{Caller, Family, Keyed};
use crate::config::Pepper;
use crate::schema::{credentials, merchants};
use db::Connection;
use db::types::{from_db, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::ids::MerchantId;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// The channel on which changes of credentials are told, with the merchant's id.
pub(crate) const CHANNEL: &str = "noxpay_credentials";

/// Keyed hashes of API secrets.
pub(crate) fn keyed(pepper: &Pepper) -> Keyed {
    pepper.keyed("api secrets")
}

/// The keyed hash of a secret, as stored.
pub(crate) fn hash(keyed: &Keyed, secret: &SecretString) -> [u8; 32] {
    keyed.hash(&[secret.expose_secret().as_bytes()])
}

/// One secret of a key id, with what its merchant brings to every call.
#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
pub(crate) struct Credential {
    pub id: Uuid,
    pub merchant_id: Uuid,
    pub live: bool,
    pub family: String,
    pub key_id: String,
    pub secret_hmac: Vec<u8>,
    pub secret_argon2: String,
    pub ends_at: Option<DbTimestamp>,
    #[diesel(embed)]
    merchant: OfMerchant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = merchants)]
pub(crate) struct OfMerchant {
    active: bool,
    rate_limit_rpm: Option<i32>,
}

impl Credential {
    /// Every secret with which the key id is good at `now`: two while a rotation overlaps.
    pub(crate) async fn good_for(
        conn: &mut Connection,
        family: Family,
        key_id: &str,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        credentials::table
            .inner_join(merchants::table)
            .filter(credentials::family.eq(family.as_str()))
            .filter(credentials::key_id.eq(key_id))
            .filter(credentials::revoked_at.is_null())
            .filter(
                credentials::ends_at
                    .is_null()
                    .or(credentials::ends_at.gt(to_db(now))),
            )
            .select(Self::as_select())
            .load(conn)
            .await
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller {
            merchant: MerchantId::from_uuid(self.merchant_id),
            mode: Mode::from_live(self.live),
            // A constraint holds the families that are known here.
            family: Family::parse(&self.family).unwrap_or(Family::ClientId),
            key_id: self.key_id.as_str().into(),
            credential: self.id,
            active: self.merchant.active,
            rate_limit_rpm: self
                .merchant
                .rate_limit_rpm
                .and_then(|n| u32::try_from(n).ok()),
        }
    }

    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(from_db)
    }
}

/// What may be shown of a secret: everything but itself.
#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
pub(crate) struct Listed {
    pub merchant_id: Uuid,
    pub live: bool,
    pub family: String,
    pub key_id: String,
    pub created_at: DbTimestamp,
    pub ends_at: Option<DbTimestamp>,
    pub revoked_at: Option<DbTimestamp>,
}

impl Listed {
    /// Every secret that a merchant ever had in one mode, newest first.
    pub(crate) async fn of_merchant(
        conn: &mut Connection,
        merchant: MerchantId,
        mode: Mode,
    ) -> QueryResult<Vec<Self>> {
        credentials::table
            .filter(credentials::merchant_id.eq(merchant.uuid()))
            .filter(credentials::live.eq(mode.is_live()))
            .order((credentials::created_at.desc(), credentials::id.desc()))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// The newest row of a key id, of whatever family.
    pub(crate) async fn newest_of_key(
        conn: &mut Connection,
        key_id: &str,
    ) -> QueryResult<Option<Self>> {
        credentials::table
            .filter(credentials::key_id.eq(key_id))
            .filter(credentials::revoked_at.is_null())
            .order((credentials::created_at.desc(), credentials::id.desc()))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }
}

/// A secret to store.
#[derive(Insertable)]
#[diesel(table_name = credentials)]
pub(crate) struct NewCredential {
    pub id: Uuid,
    pub merchant_id: Uuid,
    pub live: bool,
    pub family: &'static str,
    pub key_id: String,
    pub secret_hmac: Vec<u8>,
    pub secret_argon2: String,
    pub created_at: DbTimestamp,
}

impl NewCredential {
    pub(crate) async fn insert(&self, conn: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(credentials::table)
            .values(self)
            .execute(conn)
            .await
            .map(drop)
    }
}

/// Tells every gateway, at commit, that what it remembers of the merchant is out of date. Rare, so NOTIFY is cheap enough.
pub(crate) async fn announce(conn: &mut Connection, merchant: MerchantId) -> QueryResult<()> {
    db::statement("SELECT pg_notify($1, $2)")
        .bind::<diesel::sql_types::Text, _>(CHANNEL)
        .bind::<diesel::sql_types::Text, _>(merchant.to_string())
        .execute(conn)
        .await
        .map(drop)
}
