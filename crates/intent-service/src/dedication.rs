//! An account whose money often fits no intent receives more than intents: its amounts settle nothing by themselves until
//! its owner has looked.
//!
//! That is judged when a credit comes that fits no intent, in the transaction that records it. Nothing else makes an account
//! look worse, so that no clock and no worker has to look again. Two processes that record two such credits at the same
//! moment judge one after the other, under the account's row lock, and the second one sees both.

use crate::error::Error;
use crate::rows::account::AccountRow;
use db::Tx;
use domain::event::Observation;
use domain::matching::{Dedication, Receipts};

/// Judges the account of `told`, a credit that was just recorded and belongs to no intent. What was counted, if that
/// suspended the account's dedication.
pub(crate) async fn judge(tx: &mut Tx, told: &Observation) -> Result<Option<Receipts>, Error> {
    const VANISHED: Error = Error::Broken("an account vanished");
    let account = AccountRow::find(tx, told.account_id).await?;
    if account.ok_or(VANISHED)?.dedication() != Dedication::Kept {
        return Ok(None);
    }
    let account = AccountRow::hold(tx, told.account_id).await?;
    let account = account.ok_or(VANISHED)?;
    if account.dedication() != Dedication::Kept {
        return Ok(None);
    }
    let now = db::clock::now(tx).await?;
    let week = now.checked_sub(Receipts::LOOK_BACK);
    let week = week.map_err(|_| Error::Broken("no week lies before now"))?;
    // Before it was registered nobody was asked to pay into it for an intent.
    let since = week.max(account.created_at);
    let since = account
        .judged
        .restored_at()
        .map_or(since, |at| at.max(since));
    let receipts = account.receipts(tx, since).await?;
    if !receipts.suspend() {
        return Ok(None);
    }
    let observation = told.observation_id;
    account
        .suspend_dedication(tx, observation, receipts, now)
        .await?;
    Ok(Some(receipts))
}

/// Says it, once it is committed.
pub(crate) fn report(told: &Observation, receipts: Receipts) {
    metrics::counter!("noxpay_dedications_suspended_total").increment(1);
    tracing::warn!(
        account = %told.account_id,
        observation = %told.observation_id,
        unfitting = receipts.unfitting,
        credits = receipts.credits,
        "dedication suspended: the account receives money that fits no intent, so that amounts settle nothing alone"
    );
}
