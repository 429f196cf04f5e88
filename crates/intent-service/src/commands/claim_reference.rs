//! A payer types the UTR of the payment. A hint: it settles only money that nothing else could mean.

use crate::core::Core;
use crate::error::Error;
use crate::evidence::{count_settled, doubt_join, find_by_reference, offer};
use crate::payment;
use crate::rows::claim::{self, NewClaim, Stored};
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use domain::ids::IntentId;
use domain::{ErrorCode, Utr};
use proto::Fault;

/// Which intent, and what was typed.
#[derive(Clone, Debug)]
pub struct ClaimReference {
    pub intent: IntentId,
    pub utr: Utr,
}

/// Stores the claim, and offers the money to the ladder if it waits here. The answer is the same whether it does or not.
///
/// # Errors
/// `NOT_FOUND`; `RATE_LIMITED` beyond three references per intent.
pub async fn claim_reference(core: &Core, request: &ClaimReference) -> Result<(), Error> {
    let entered = core
        .databases
        .worker
        .transaction(async |tx| {
            let intent = IntentRow::find_anywhere(tx, request.intent).await?;
            let intent =
                intent.ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such intent"))?;
            let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
            let (account, mode) = (option.account_id, intent.scope().mode);
            let reference = request.utr.key();
            // What is not here yet can only fit if it is of the right amount.
            let here = find_by_reference(tx, account, mode, &reference).await?;
            let amount = here.map_or(option.payable(), |(_, amount)| amount);
            payment::lock(tx, account, amount).await?;
            let claim = NewClaim {
                scope: intent.scope(),
                intent: intent.id,
                account,
                reference: reference.clone(),
                typed: request.utr.as_str().to_owned(),
                at: db::clock::now(tx).await?,
            };
            match claim::store(tx, &claim).await? {
                Stored::Yes => {}
                Stored::Contended => return Err(Error::Contended),
                Stored::TooMany => {
                    let why = "three references have been given for this payment already; the shop can help";
                    return Err(Fault::new(ErrorCode::RateLimited, why).into());
                }
            }
            match find_by_reference(tx, account, mode, &reference).await? {
                // It came meanwhile, under another lock.
                Some((_, other)) if other != amount => Err(Error::Contended),
                Some((observation, _)) => {
                    doubt_join(tx, observation, &intent).await?;
                    offer(tx, observation).await
                }
                None => Ok(None),
            }
        })
        .await?;
    count_settled(entered);
    Ok(())
}
