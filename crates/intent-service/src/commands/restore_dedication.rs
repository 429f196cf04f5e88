//! An owner says that an account receives nothing but intents' money, although money came that fitted none.

use super::grant_account::owned;
use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::dedication::Restored;
use db::Scope;
use domain::ErrorCode;
use domain::ids::AccountId;
use domain::text::Reason;
use proto::Fault;

/// Which account, and who says it why.
#[derive(Clone, Debug)]
pub struct RestoreDedication {
    pub account: AccountId,
    pub reason: Reason,
    pub actor: String,
    pub request_id: String,
}

/// Lifts the suspension. From this moment on the account is judged anew: what was paid before is counted no more. Money that
/// waited because of it goes on waiting for a person, since its amount may be a walk-in's.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` (not the owner), `WRONG_STATE` where nothing was ever suspended. Said again, it answers the same.
pub async fn restore_dedication(
    core: &Core,
    scope: Scope,
    asked: &RestoreDedication,
) -> Result<AccountRow, Error> {
    let work = core.databases.worker.transaction(async |tx| {
        let id = owned(tx, scope, asked.account).await?.id;
        let account = AccountRow::hold(tx, id).await?;
        let account = account.ok_or(Error::Broken("an account vanished"))?;
        if account.judged.suspended().is_none() {
            return match account.judged.restored_at() {
                Some(_) => Ok(account),
                None => {
                    let why = "the account's dedication is not suspended";
                    Err(Fault::new(ErrorCode::WrongState, why).into())
                }
            };
        }
        let word = Restored {
            actor: &asked.actor,
            reason: asked.reason.as_str(),
            request_id: &asked.request_id,
        };
        // After the lock: what was suspended while it was waited for lies before.
        let now = db::clock::now(tx).await?;
        Ok::<_, Error>(account.restore_dedication(tx, word, now).await?)
    });
    let account = work.await?;
    tracing::info!(account = %account.id, "dedication restored by its owner");
    Ok(account)
}
