//! The one transaction that makes an intent.

use super::CreateIntent;
use crate::error::Error;
use crate::moves;
use crate::offer::Offer;
use crate::queries::view::{IntentView, OptionView};
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
use tokio::join;

/// 45 random bits meet a used code about never; three times in a row something is wrong with the randomness.
const MOST_CODES: u32 = 3;

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
    let id = IntentId::random();
    // The hold comes first: when it begins, and which account it is on, decides the intent's terms.
    let reserved = reserve(tx, scope, id, request, offer).await?;
    let now = reserved.terms.created_at;
    let new = NewIntent {
        id,
        order_id: request.order_id.clone(),
        amount: request.amount,
        amount_trusted: request.class == CredentialClass::Secret,
        terms: reserved.terms.clone(),
        metadata: request.metadata.clone(),
        redirect_url: request.redirect_url.clone(),
        fingerprint: request.fingerprint,
        trace: request.trace.clone(),
    };
    // One round trip, in this order: the option belongs to the intent. Where the order id is taken the option fails on its
    // foreign key, and the transaction is given up.
    let (intent, option) = join!(
        biased;
        IntentRow::insert(tx, scope, &new),
        insert_option(tx, scope, id, &reserved)
    );
    let intent = intent?.ok_or(Error::Contended)?;
    let option = option?;
    moves::announce(tx, &intent, &option, now).await?;
    Ok(IntentView {
        intent,
        options: vec![OptionView {
            option,
            account: reserved.account.clone(),
        }],
        references: Vec::new(),
    })
}

/// Under a code that nobody had.
async fn insert_option(
    tx: &Tx,
    scope: Scope,
    intent: IntentId,
    reserved: &Reserved<'_>,
) -> Result<OptionRow, Error> {
    let (account, payable) = (reserved.account, reserved.payable);
    for _ in 0..MOST_CODES {
        let code = Code::from_random(random_bytes()?);
        let option =
            OptionRow::insert(tx, scope, intent, account, payable, reserved.reserved, code);
        if let Some(option) = option.await? {
            return Ok(option);
        }
    }
    Err(Error::Broken("no reference code is new"))
}

/// Holds the first amount of the offer that is still free, else takes an account that needs none.
async fn reserve<'a>(
    tx: &mut Tx,
    scope: Scope,
    id: IntentId,
    request: &CreateIntent,
    offer: &Offer<'a>,
) -> Result<Reserved<'a>, Error> {
    for (account, payable) in &offer.free {
        // To the deadline of its terms.
        let length = request.ttl.duration().saturating_add(account.grace());
        let what = (account.id, *payable);
        let held = reservation::hold(tx, scope, what, length, (id, FIRST)).await?;
        if let Some(now) = held {
            return Ok(Reserved {
                account,
                payable: *payable,
                reserved: true,
                terms: terms(request, account, now),
            });
        }
    }
    // Where amounts were free when the offer was made, a new offer may have some again.
    match offer.reference_only.first() {
        Some(account) if offer.free.is_empty() => Ok(Reserved {
            account,
            payable: request.amount.minor(),
            reserved: false,
            terms: terms(request, account, db::clock::now(tx).await?),
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
