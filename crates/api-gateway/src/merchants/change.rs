//! Renaming, limiting, disabling and enabling a merchant.

use super::audit::{self, Actor, Entry};
use super::{Failure, Issuer, Merchant, MerchantName, credential};
use db::Tx;
use domain::event::MerchantChange;
use domain::ids::MerchantId;

/// What changes; `None` leaves as it is.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub name: Option<MerchantName>,
    pub active: Option<bool>,
    /// `Some(None)` goes back to the setting.
    pub rate_limit_rpm: Option<Option<i32>>,
}

/// Changes a merchant, everywhere within a second. What is already so changes nothing and is not told again.
///
/// # Errors
/// [`Failure::NotFound`], the database's.
pub(crate) async fn change(
    issuer: &Issuer,
    actor: &Actor,
    id: MerchantId,
    change: Change,
) -> Result<Merchant, Failure> {
    let at = issuer.clock.now();
    let work = async |tx: &mut Tx| {
        let before = Merchant::lock(tx, id)
            .await?
            .ok_or(Failure::NotFound("merchant"))?;
        let after = applied(&before, change);
        let what = if before.active && !after.active {
            MerchantChange::Disabled
        } else {
            MerchantChange::Changed
        };
        let entry = Entry {
            action: if what == MerchantChange::Disabled {
                "merchant.disable"
            } else {
                "merchant.change"
            },
            subject: &id.to_string(),
            merchant: Some(id),
            mode: None,
        };
        audit::record(tx, actor, &entry, at).await?;
        let same = before.name == after.name
            && before.active == after.active
            && before.rate_limit_rpm == after.rate_limit_rpm;
        if !same {
            after.save(tx).await?;
            after.announce(tx, what, at).await?;
            credential::announce(tx, id).await?;
        }
        Ok(after)
    };
    issuer.databases.worker.transaction(work).await
}

fn applied(before: &Merchant, change: Change) -> Merchant {
    let mut after = before.clone();
    if let Some(name) = change.name {
        name.as_str().clone_into(&mut after.name);
    }
    if let Some(active) = change.active {
        after.active = active;
    }
    if let Some(limit) = change.rate_limit_rpm {
        after.rate_limit_rpm = limit;
    }
    after
}
