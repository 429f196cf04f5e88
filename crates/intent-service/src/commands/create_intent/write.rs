//! The one transaction that makes an intent.

use super::CreateIntent;
use crate::error::Error;
use crate::moves;
use crate::queries::view::{IntentView, OptionView};
use crate::reserve::Offer;
use crate::rows::account::AccountRow;
use crate::rows::intent::{IntentRow, NewIntent};
use crate::rows::option::{FIRST, OptionRow};
use crate::rows::reservation;
use db::idempotency::CredentialClass;
use db::{Scope, Tx};
use domain::Policy;
use domain::ids::IntentId;
use domain::policy::Terms;
use jiff::Timestamp;
use rails::code::Code;
use runtime::secrets::random_bytes;

/// 45 random bits meet a used code about never; three times in a row something is wrong with the randomness.
const TRIES: u32 = 3;

/// The amount that the intent got.
struct Reserved<'a> {
    account: &'a AccountRow,
    payable: i64,
    /// Whether the amount is held for this intent alone.
    reserved: bool,
    /// With the account's own grace.
    terms: Terms,
}

/// Stores the hold, the intent, its option, transition and event.
///
/// # Errors
/// [`Error::Contended`] where others took the order id or all that was offered: begin anew, in a new transaction.
pub(super) async fn write(
    tx: &mut Tx,
    scope: Scope,
    request: &CreateIntent,
    offer: &Offer<'_>,
) -> Result<IntentView, Error> {
    let now = db::clock::now(tx).await?;
    let id = IntentId::random();
    // The hold comes first: which account it is on decides the intent's grace.
    let reserved = reserve(tx, scope, id, request, offer, now).await?;
    let new = NewIntent {
        id,
        order_id: request.order_id.clone(),
        amount: request.amount,
        amount_trusted: request.class == CredentialClass::Secret,
        terms: reserved.terms,
        metadata: request.metadata.clone(),
        redirect_url: request.redirect_url.clone(),
        fingerprint: request.fingerprint,
        trace: request.trace.clone(),
    };
    let intent = IntentRow::insert(tx, scope, &new).await?;
    let intent = intent.ok_or(Error::Contended)?;
    let (account, payable) = (reserved.account, reserved.payable);
    let mut option = None;
    for _ in 0..TRIES {
        let code = Code::from_random(random_bytes()?);
        option =
            OptionRow::insert(tx, scope, id, account, payable, reserved.reserved, code).await?;
        if option.is_some() {
            break;
        }
    }
    let option = option.ok_or(Error::Broken("no reference code is new"))?;
    moves::announce(tx, &intent, &option, now).await?;
    Ok(IntentView {
        intent,
        options: vec![OptionView {
            option,
            account: account.clone(),
        }],
        references: Vec::new(),
    })
}

/// Holds the first amount of the offer that is still free, else takes an account that needs none.
async fn reserve<'a>(
    tx: &mut Tx,
    scope: Scope,
    id: IntentId,
    request: &CreateIntent,
    offer: &Offer<'a>,
    now: Timestamp,
) -> Result<Reserved<'a>, Error> {
    for (account, payable) in &offer.free {
        let terms = terms(request, account, now);
        let hold = (now, terms.deadline());
        if reservation::hold(tx, scope, account.id, *payable, hold, (id, FIRST)).await? {
            return Ok(Reserved {
                account,
                payable: *payable,
                reserved: true,
                terms,
            });
        }
    }
    // Where amounts were free when the offer was made, a new offer may have some again.
    match offer.reference_only.first() {
        Some(account) if offer.free.is_empty() => Ok(Reserved {
            account,
            payable: request.amount.minor(),
            reserved: false,
            terms: terms(request, account, now),
        }),
        _ => Err(Error::Contended),
    }
}

fn terms(request: &CreateIntent, account: &AccountRow, now: Timestamp) -> Terms {
    let expires_at = now.checked_add(request.ttl.duration());
    Terms {
        created_at: now,
        expires_at: expires_at.unwrap_or(Timestamp::MAX),
        grace: account.grace(),
        policy: Policy::default(),
    }
}
