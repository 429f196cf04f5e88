//! The demo merchant, whose id and secrets everybody knows. Development only: the caller sees to that, and authentication
//! refuses the secrets in production even if the rows are there.

use super::audit::{self, Actor, Entry};
use super::credential::Listed;
use super::{Failure, Issued, Issuer, Merchant, MerchantName};
use crate::auth::Family;
use db::Tx;
use domain::Mode;
use domain::event::MerchantChange;
use domain::ids::MerchantId;
use secrecy::SecretString;
use uuid::{Uuid, uuid};

const MERCHANT: Uuid = uuid!("550e8400-e29b-41d4-a716-446655440000");
/// Family, key id, secret.
const CREDENTIALS: [(Family, &str, &str); 2] = [
    (
        Family::ClientId,
        "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
        "sk_test_demo",
    ),
    (Family::ApiKey, "key_test_abc123", "secret_test_xyz789"),
];
/// Without limit.
const NO_LIMIT: i32 = 0;

/// The demo merchant's id.
pub(super) const DEMO_MERCHANT: MerchantId = MerchantId::from_uuid(MERCHANT);

/// Creates the demo merchant and its credentials in test mode, as far as they are not there yet.
///
/// # Errors
/// [`Failure::Busy`], the database's.
pub(crate) async fn ensure_demo(
    issuer: &Issuer,
    actor: &Actor,
) -> Result<(Merchant, Vec<Issued>), Failure> {
    let at = issuer.clock.now();
    let name = MerchantName::parse("Demo Shop").map_err(|e| Failure::Secret(e.to_string()))?;
    let mut prepared = Vec::new();
    for (family, key_id, secret) in CREDENTIALS {
        let secret = SecretString::from(secret);
        let made = issuer.prepare_known(family, Mode::Test, key_id.to_owned(), secret);
        prepared.push(made.await?);
    }
    let work = async |tx: &mut Tx| {
        let new = Merchant::insert(tx, DEMO_MERCHANT, &name, Some(NO_LIMIT), at).await?;
        if let Some(merchant) = &new {
            merchant.announce(tx, MerchantChange::Created, at).await?;
        }
        let merchant = Merchant::lock(tx, DEMO_MERCHANT)
            .await?
            .ok_or(Failure::NotFound("merchant"))?;
        let entry = Entry {
            action: "demo.ensure",
            subject: &DEMO_MERCHANT.to_string(),
            merchant: Some(DEMO_MERCHANT),
            mode: Some(Mode::Test),
        };
        audit::record(tx, actor, &entry, at).await?;
        let mut issued = Vec::new();
        for secret in prepared {
            let known = Listed::newest_of_key(tx, secret.key_id()).await?;
            issued.push(match known {
                Some(_) => secret.into_issued(),
                None => secret.store(tx, DEMO_MERCHANT, at).await?,
            });
        }
        Ok((merchant, issued))
    };
    issuer.databases.worker.transaction(work).await
}
