//! The end of a key id.

use super::audit::{self, Actor, Entry};
use super::credential::{self, Listed};
use super::{Failure, Issuer, Merchant};
use crate::schema::credentials;
use db::Tx;
use db::types::to_db;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::ids::MerchantId;

/// Revokes every secret of `key_id`, everywhere within a second. Revoking again finds nothing.
///
/// # Errors
/// [`Failure::NotFound`], the database's.
pub(crate) async fn revoke(issuer: &Issuer, actor: &Actor, key_id: &str) -> Result<(), Failure> {
    let at = issuer.clock.now();
    let work = async |tx: &mut Tx| {
        let known = Listed::newest_of_key(tx, key_id)
            .await?
            .ok_or(Failure::NotFound("key"))?;
        let merchant = MerchantId::from_uuid(known.merchant_id);
        Merchant::lock(tx, merchant)
            .await?
            .ok_or(Failure::NotFound("merchant"))?;
        let entry = Entry {
            action: "key.revoke",
            subject: key_id,
            merchant: Some(merchant),
            mode: Some(Mode::from_live(known.live)),
        };
        audit::record(tx, actor, &entry, at).await?;
        let of_key = credentials::table
            .filter(credentials::family.eq(&known.family))
            .filter(credentials::key_id.eq(key_id))
            .filter(credentials::revoked_at.is_null());
        diesel::update(of_key)
            .set(credentials::revoked_at.eq(to_db(at)))
            .execute(tx)
            .await?;
        credential::announce(tx, merchant).await?;
        Ok(())
    };
    issuer.databases.worker.transaction(work).await
}
