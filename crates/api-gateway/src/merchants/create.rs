//! A new merchant with its first credentials.

use super::audit::{self, Actor, Entry};
use super::{Failure, Issued, Issuer, Merchant, MerchantName};
use crate::auth::Family;
use db::Tx;
use domain::Mode;
use domain::event::MerchantChange;
use domain::ids::MerchantId;

/// What a new merchant is told by.
pub(crate) struct NewMerchant {
    pub name: MerchantName,
    /// The modes it gets credentials in.
    pub modes: Vec<Mode>,
    pub rate_limit_rpm: Option<i32>,
}

/// The merchant, and what is shown this once.
pub(crate) struct Created {
    pub merchant: Merchant,
    pub issued: Vec<Issued>,
}

/// Creates a merchant with a client id in each mode.
///
/// # Errors
/// [`Failure::AlreadyDone`], [`Failure::Busy`], the database's.
pub(crate) async fn create(
    issuer: &Issuer,
    actor: &Actor,
    new: NewMerchant,
) -> Result<Created, Failure> {
    const ACTION: &str = "merchant.create";
    let mut prepared = Vec::new();
    for mode in &new.modes {
        prepared.push(issuer.prepare(Family::ClientId, *mode, None).await?);
    }
    let id = MerchantId::new();
    let at = issuer.clock.now();
    let work = async |tx: &mut Tx| {
        if audit::was_done(tx, actor, ACTION).await? {
            return Err(Failure::AlreadyDone);
        }
        let merchant = Merchant::insert(tx, id, &new.name, new.rate_limit_rpm, at)
            .await?
            .ok_or(Failure::WrongState {
                message: "the new merchant's id is taken",
            })?;
        let entry = Entry {
            action: ACTION,
            subject: &id.to_string(),
            merchant: Some(id),
            mode: None,
        };
        audit::record(tx, actor, &entry, at).await?;
        merchant.announce(tx, MerchantChange::Created, at).await?;
        let mut issued = Vec::new();
        for secret in prepared {
            issued.push(secret.store(tx, id, at).await?);
        }
        Ok(Created { merchant, issued })
    };
    issuer.databases.worker.transaction(work).await
}
