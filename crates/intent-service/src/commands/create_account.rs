//! A merchant registers a physical payee.

use crate::core::Core;
use crate::error::Error;
use crate::identifiers::BankAccount;
use crate::rows::account::{AccountRow, NewAccount};
use db::{Scope, Tx};
use domain::ErrorCode;
use proto::Fault;

/// A payee, checked, and what else makes it unique.
#[derive(Clone, Debug)]
pub struct CreateAccount {
    pub account: NewAccount,
    pub bank_account: Option<BankAccount>,
}

/// Registers the payee for the scope's merchant. It takes intents only after its proving payment.
///
/// # Errors
/// `CONFLICT` where somebody registered it; whoever that is, the answer is the same.
pub async fn create_account(
    core: &Core,
    scope: Scope,
    request: &CreateAccount,
) -> Result<AccountRow, Error> {
    core.databases
        .request
        .tenant(scope, async |tx| {
            let now = db::clock::now(tx).await?;
            let account = AccountRow::insert(tx, scope, &request.account, now).await?;
            let vpa = core.identifiers.vpa(request.account.payee.vpa());
            claim(tx, &account, "vpa", &vpa, "vpa").await?;
            if let Some(bank_account) = &request.bank_account {
                let hash = core.identifiers.bank_account(bank_account);
                claim(tx, &account, "bank_account", &hash, "account_number").await?;
            }
            Ok(account)
        })
        .await
}

async fn claim(
    tx: &mut Tx,
    account: &AccountRow,
    kind: &str,
    hash: &[u8; 32],
    field: &str,
) -> Result<(), Error> {
    if AccountRow::claim_identifier(tx, account, kind, hash).await? {
        return Ok(());
    }
    Err(Error::Fault(Fault {
        field: Some(field.to_owned()),
        ..Fault::new(ErrorCode::Conflict, "is registered already")
    }))
}
