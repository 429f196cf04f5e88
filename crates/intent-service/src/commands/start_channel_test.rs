//! An owner measures how fast an account's channels tell, by two payments of his own.

use super::grant_account::owned;
use super::start_proof::{OPEN_FOR, reserve};
use crate::core::Core;
use crate::error::Error;
use crate::queries::channels::{TestView, view_of};
use crate::rows::account::{AccountRow, AccountStatus};
use crate::rows::channel::TestRow;
use db::Scope;
use domain::ErrorCode;
use domain::ids::AccountId;
use jiff::Timestamp;
use proto::Fault;
use uuid::Uuid;

/// About ₹1 and about ₹600: banks tell of small amounts differently, or not at all. In paise, and random so that no
/// customer's payment is taken for one.
const AMOUNTS: [(i64, i64); 2] = [(100, 199), (60_000, 60_999)];

/// Reserves both amounts for half an hour.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` (not the owner), `WRONG_STATE` (not live), `AMOUNT_SPACE_EXHAUSTED`.
pub async fn start_channel_test(
    core: &Core,
    scope: Scope,
    account: AccountId,
) -> Result<(TestView, AccountRow), Error> {
    core.databases
        .request
        .tenant(scope, async |tx| {
            let account = owned(tx, scope, account).await?;
            if account.status.0 != AccountStatus::Live {
                let why = "the account is not live: prove it first";
                return Err(Fault::new(ErrorCode::WrongState, why).into());
            }
            let now = db::clock::now(tx).await?;
            let until = now.checked_add(OPEN_FOR).unwrap_or(Timestamp::MAX);
            let id = Uuid::now_v7();
            let test = TestRow::insert(tx, scope, id, account.id, (now, until)).await?;
            for amounts in AMOUNTS {
                let hold = (now, until);
                reserve(tx, scope, account.id, hold, amounts, Some(id)).await?;
            }
            let view = view_of(tx, test).await?;
            Ok::<_, Error>((view, account))
        })
        .await
}
