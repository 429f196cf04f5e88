//! A new secret for a key id, while the old one goes on for some time.

use super::audit::{self, Actor, Entry};
use super::credential::{self, Listed};
use super::{Failure, Issued, Issuer, Merchant};
use crate::auth::Family;
use crate::schema::credentials;
use db::types::to_db;
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::ids::MerchantId;
use jiff::{SignedDuration, Timestamp};

/// Gives `key_id` a new secret. The one that was current ends after `overlap`; one that an earlier rotation left ends now,
/// so that never more than two are good.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::AlreadyDone`], [`Failure::Busy`], the database's.
pub(crate) async fn rotate(
    issuer: &Issuer,
    actor: &Actor,
    key_id: &str,
    overlap: SignedDuration,
) -> Result<Issued, Failure> {
    const ACTION: &str = "key.rotate";
    let at = issuer.clock.now();
    let known = {
        let mut conn = issuer.databases.worker.get().await?;
        Listed::newest_of_key(&mut conn, key_id).await?
    };
    let known = known.ok_or(Failure::NotFound("key"))?;
    let merchant = MerchantId::from_uuid(known.merchant_id);
    let mode = Mode::from_live(known.live);
    let family = Family::parse(&known.family).ok_or(Failure::NotFound("key"))?;
    let prepared = issuer
        .prepare(family, mode, Some(key_id.to_owned()))
        .await?;
    let work = async |tx: &mut Tx| {
        if audit::was_done(tx, actor, ACTION).await? {
            return Err(Failure::AlreadyDone);
        }
        // Rotations and revocations of a merchant's keys happen one after the other.
        Merchant::lock(tx, merchant)
            .await?
            .ok_or(Failure::NotFound("merchant"))?;
        let entry = Entry {
            action: ACTION,
            subject: key_id,
            merchant: Some(merchant),
            mode: Some(mode),
        };
        audit::record(tx, actor, &entry, at).await?;
        if end_others(tx, family, key_id, at, overlap).await? == 0 {
            return Err(Failure::NotFound("key"));
        }
        let issued = prepared.store(tx, merchant, at).await?;
        credential::announce(tx, merchant).await?;
        Ok(issued)
    };
    issuer.databases.worker.transaction(work).await
}

/// Returns how many secrets the key id had.
async fn end_others(
    conn: &mut Connection,
    family: Family,
    key_id: &str,
    at: Timestamp,
    overlap: SignedDuration,
) -> QueryResult<usize> {
    let of_key = || {
        credentials::table
            .filter(credentials::family.eq(family.as_str()))
            .filter(credentials::key_id.eq(key_id.to_owned()))
            .filter(credentials::revoked_at.is_null())
    };
    let end = at.checked_add(overlap).unwrap_or(Timestamp::MAX);
    let ending = diesel::update(of_key().filter(credentials::ends_at.gt(to_db(at))))
        .set(credentials::ends_at.eq(to_db(at)))
        .execute(conn)
        .await?;
    let current = diesel::update(of_key().filter(credentials::ends_at.is_null()))
        .set(credentials::ends_at.eq(to_db(end)))
        .execute(conn)
        .await?;
    Ok(ending + current)
}
