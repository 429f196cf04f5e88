//! An owner proves that the account's own mailbox tells of its credits.

use super::grant_account::owned;
use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::proof::ProofRow;
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::ids::{AccountId, ProofId};
use jiff::{SignedDuration, Timestamp};
use proto::Fault;
use runtime::secrets::random_bytes;
use std::time::Duration;
use uuid::Uuid;

/// The amount is random so that nobody can prove an account with another's payment: ₹1.00 to ₹9.99, in paise.
const LEAST: i64 = 100;
const MOST: i64 = 999;
pub(super) const OPEN_FOR: SignedDuration = SignedDuration::from_mins(30);
/// More tries than this fail only if most of the amounts are held.
const TRIES: u32 = 64;
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// A proof that waits for its payment.
#[derive(Clone, Debug)]
pub struct Started {
    pub proof: ProofRow,
    pub account: AccountRow,
}

/// Reserves a random amount for half an hour.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` (not the owner), `AMOUNT_SPACE_EXHAUSTED`.
pub async fn start_proof(core: &Core, scope: Scope, account: AccountId) -> Result<Started, Error> {
    core.databases
        .request
        .tenant(scope, async |tx| {
            let account = owned(tx, scope, account).await?;
            let now = db::clock::now(tx).await?;
            let until = now.checked_add(OPEN_FOR).unwrap_or(Timestamp::MAX);
            let amounts = (LEAST, MOST);
            let id = reserve(tx, scope, account.id, (now, until), amounts, None).await?;
            let proof = ProofRow::find(tx, scope, id).await?;
            let proof = proof.ok_or(Error::Broken("a proof vanished"))?;
            Ok::<_, Error>(Started { proof, account })
        })
        .await
}

/// A random amount between the two, which nobody holds.
pub(super) async fn reserve(
    tx: &mut Tx,
    scope: Scope,
    account: AccountId,
    hold: (Timestamp, Timestamp),
    (least, most): (i64, i64),
    test: Option<Uuid>,
) -> Result<ProofId, Error> {
    let id = ProofId::new();
    for _ in 0..TRIES {
        let chance = i64::from(u32::from_ne_bytes(random_bytes()?));
        // 2^32 is so much larger than the span that no amount is noticeably likelier.
        let payable = least + chance % (most - least + 1);
        if ProofRow::reserve(tx, scope, id, account, payable, hold, test).await? {
            return Ok(id);
        }
    }
    let fault = Fault::new(
        ErrorCode::AmountSpaceExhausted,
        "every amount for a proof is held",
    );
    Err(fault.retry_after(RETRY_AFTER).into())
}
