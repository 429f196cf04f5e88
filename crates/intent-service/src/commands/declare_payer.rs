//! A payer names the UPI ID that the money comes from.

use crate::core::Core;
use crate::error::Error;
use crate::evidence::{count_settled, offer_by_payer};
use crate::payment;
use crate::rows::claim::Stored;
use crate::rows::declaration::{self, NewDeclaration};
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use domain::ErrorCode;
use domain::ids::IntentId;
use domain::matching::CLOCK_SKEW;
use jiff::Timestamp;
use proto::Fault;
use rails::vpa::Vpa;

/// Which intent, and who pays it.
#[derive(Clone, Debug)]
pub struct DeclarePayer {
    pub intent: IntentId,
    pub payer: Vpa,
}

/// Stores the declaration, and offers money of that payer to the ladder if it waits here. The answer is the same whether it
/// does or not.
///
/// # Errors
/// `NOT_FOUND`; `RATE_LIMITED` when it was changed twice already.
pub async fn declare_payer(core: &Core, request: &DeclarePayer) -> Result<(), Error> {
    let entered = core
        .databases
        .worker
        .transaction(async |tx| {
            let intent = IntentRow::find_anywhere(tx, request.intent).await?;
            let intent =
                intent.ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such intent"))?;
            let option = OptionRow::first(tx, intent.scope(), intent.id).await?;
            payment::lock(tx, option.account_id, option.payable()).await?;
            let declaration = NewDeclaration {
                scope: intent.scope(),
                intent: intent.id,
                account: option.account_id,
                payable: option.payable(),
                payer: request.payer.clone(),
                at: db::clock::now(tx).await?,
            };
            match declaration::store(tx, &declaration).await? {
                Stored::Yes => {}
                Stored::Contended => return Err(Error::Contended),
                Stored::TooMany => {
                    let why = "the UPI ID was changed twice already; the shop can help";
                    return Err(Fault::new(ErrorCode::RateLimited, why).into());
                }
            }
            let since = intent.created_at.checked_sub(CLOCK_SKEW);
            offer_by_payer(
                tx,
                option.account_id,
                intent.scope().mode,
                request.payer.key(),
                option.payable(),
                since.unwrap_or(Timestamp::MIN),
            )
            .await
        })
        .await?;
    count_settled(entered);
    Ok(())
}
