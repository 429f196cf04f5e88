//! A merchant's receiving accounts and their proofs.

use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::proof::ProofRow;
use db::Scope;
use domain::ErrorCode;
use domain::ids::ProofId;
use proto::Fault;

/// The accounts that the scope's merchant owns or was granted, oldest first.
///
/// # Errors
/// The database's.
pub async fn list_accounts(core: &Core, scope: Scope) -> Result<Vec<AccountRow>, Error> {
    core.databases
        .request
        .tenant(scope, async |tx| Ok(AccountRow::granted(tx, scope).await?))
        .await
}

/// A proof with its account.
///
/// # Errors
/// `NOT_FOUND`, also where it is another merchant's.
pub async fn get_proof(
    core: &Core,
    scope: Scope,
    id: ProofId,
) -> Result<(ProofRow, AccountRow), Error> {
    core.databases
        .request
        .tenant(scope, async |tx| {
            let missing = || Fault::new(ErrorCode::NotFound, "there is no such proof");
            let proof = ProofRow::find(tx, scope, id).await?.ok_or_else(missing)?;
            let account = AccountRow::find(tx, proof.account_id).await?;
            Ok((proof, account.ok_or_else(missing)?))
        })
        .await
}
