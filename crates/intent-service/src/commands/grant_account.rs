//! An owner lets another of the owner's projects use an account.

use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use db::Scope;
use domain::ErrorCode;
use domain::ids::{AccountId, MerchantId};
use proto::Fault;

/// Grants `account` to `merchant`, in the account's own mode. Again is harmless.
///
/// # Errors
/// `NOT_FOUND` where the scope's merchant cannot see the account, `FORBIDDEN` where he only uses it himself.
pub async fn grant_account(
    core: &Core,
    scope: Scope,
    account: AccountId,
    merchant: MerchantId,
) -> Result<(), Error> {
    let account = core
        .databases
        .request
        .tenant(scope, async |tx| owned(tx, scope, account).await)
        .await?;
    // The request role may write rows of its own merchant only.
    let mut conn = core.databases.worker.get().await?;
    let now = db::clock::now(&mut conn).await?;
    AccountRow::grant(&mut conn, &account, merchant, now).await?;
    Ok(())
}

/// The account, if the scope's merchant owns it.
pub(super) async fn owned(
    conn: &mut db::Connection,
    scope: Scope,
    account: AccountId,
) -> Result<AccountRow, Error> {
    let found = AccountRow::usable_by(conn, account, scope).await?;
    match found {
        None => Err(Fault::new(ErrorCode::NotFound, "there is no such account").into()),
        Some(found) if found.merchant_id != scope.merchant => {
            Err(Fault::new(ErrorCode::Forbidden, "only the account's owner may do this").into())
        }
        Some(found) => Ok(found),
    }
}
