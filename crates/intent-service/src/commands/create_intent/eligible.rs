//! Which accounts may receive an intent's money.

use super::CreateIntent;
use crate::error::Error;
use crate::rows::account::{AccountRow, AccountStatus};
use domain::ErrorCode;
use proto::Fault;
use rails::vpa::Vpa;

/// Those of the merchant's `accounts` that are live and may take this request.
///
/// # Errors
/// `INVALID` for an address that is not registered: money must never go to a stranger. `NO_ACCOUNT` where none is live, or
/// none may take that much in one payment.
pub(super) fn among(
    mut accounts: Vec<AccountRow>,
    request: &CreateIntent,
) -> Result<Vec<AccountRow>, Error> {
    if let Some(vpa) = &request.vpa {
        accounts.retain(|account| Vpa::parse(&account.vpa).is_ok_and(|own| own == *vpa));
        if accounts.is_empty() {
            return Err(Fault::invalid("upi_vpa", "is not one of your registered accounts").into());
        }
    }
    accounts.retain(|account| account.status.0 == AccountStatus::Live);
    if accounts.is_empty() {
        let why = "no receiving account is live: register one and prove it";
        return Err(Fault::new(ErrorCode::NoAccount, why).into());
    }
    let mut able = Vec::new();
    for account in accounts {
        let limit = account.kind()?.rules().payment_limit;
        if limit.is_none_or(|limit| request.amount <= limit) {
            able.push(account);
        }
    }
    if able.is_empty() {
        let why = "no live account may receive this much in one payment";
        return Err(Fault::new(ErrorCode::NoAccount, why).into());
    }
    Ok(able)
}
