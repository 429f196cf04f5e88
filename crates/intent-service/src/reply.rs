//! What callers are answered: pure functions from what was read to the contract's messages.

mod account;
mod channel;
mod evidence;

pub use account::{account, proof};
pub use channel::{channel_test, channels};
pub use evidence::{breach, evidence, explanation, told, waiting};

use crate::error::Error;
use crate::queries::view::{IntentView, OptionView};
use domain::Money;
use prost::Message;
use proto::convert::{money, timestamp};
use proto::intent as pb;
use rails::uri;

/// An intent, as its merchant sees it.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn intent(view: &IntentView) -> Result<pb::Intent, Error> {
    let row = &view.intent;
    let payable = payable(view)?;
    let adjustment = payable
        .checked_sub(row.amount())
        .ok_or(Error::Broken("an adjustment overflows"))?;
    let reason = row.review_reason().map(|reason| reason.as_str().to_owned());
    Ok(pb::Intent {
        id: row.id.to_string(),
        order_id: row.order_id.clone(),
        live: row.live,
        status: pb::IntentStatus::from(row.status()).into(),
        review_reason: reason.unwrap_or_default(),
        amount: Some(money(row.amount())),
        payable: Some(money(payable)),
        adjustment: Some(money(adjustment)),
        received: Some(money(row.received())),
        excess: Some(money(row.excess())),
        late: row.late,
        created_at: Some(timestamp(row.created_at)),
        expires_at: Some(timestamp(row.expires_at)),
        settled_at: row.settled_at.map(timestamp),
        paid_at: row.paid_at.map(timestamp),
        cancelled_at: row.cancelled_at.map(timestamp),
        metadata_json: row
            .metadata
            .as_ref()
            .map(|json| json.as_str().to_owned())
            .unwrap_or_default(),
        redirect_url: row.redirect_url.clone().unwrap_or_default(),
        options: view.options.iter().map(option).collect::<Result<_, _>>()?,
        references: view.references.clone(),
        sequence: row.sequence,
    })
}

/// An intent, as its payer sees it.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn checkout(view: &IntentView) -> Result<pb::Checkout, Error> {
    let row = &view.intent;
    Ok(pb::Checkout {
        intent_id: row.id.to_string(),
        status: pb::IntentStatus::from(row.status()).into(),
        amount: Some(money(row.amount())),
        payable: Some(money(payable(view)?)),
        received: Some(money(row.received())),
        excess: Some(money(row.excess())),
        late: row.late,
        expires_at: Some(timestamp(row.expires_at)),
        options: view.options.iter().map(option).collect::<Result<_, _>>()?,
        merchant_id: row.merchant_id.to_string(),
        live: row.live,
        order_id: row.order_id.clone(),
        redirect_url: row.redirect_url.clone().unwrap_or_default(),
        sequence: row.sequence,
        paid_at: row.paid_at.map(timestamp),
    })
}

/// What the payer is asked: the first option's amount.
fn payable(view: &IntentView) -> Result<Money, Error> {
    let first = view.options.first();
    let first = first.ok_or(Error::Broken("an intent has no option"))?;
    Ok(first.option.payable())
}

fn option(view: &OptionView) -> Result<pb::PaymentOption, Error> {
    let (option, account) = (&view.option, &view.account);
    let payload = uri::payload(&account.payee()?, option.payable(), option.code()?)
        .map_err(|_| Error::Broken("an option makes no payment request"))?;
    Ok(pb::PaymentOption {
        option_no: u32::from(option.option_no.unsigned_abs()),
        method: option.method.clone(),
        payable: Some(money(option.payable())),
        vpa: option.target.clone(),
        payee_name: account.payee_name.clone(),
        account_kind: account::kind(account.kind()?).into(),
        code: option.code.clone(),
        payment_uri: payload.to_string(),
        reserved: option.reserved,
    })
}

/// The bytes that are kept under an idempotency key.
pub fn encode_created(reply: &pb::CreateIntentResponse) -> Vec<u8> {
    reply.encode_to_vec()
}

/// The reply in bytes that were kept.
///
/// # Errors
/// [`Error::Broken`] where they are none.
pub fn decode_created(bytes: &[u8]) -> Result<pb::CreateIntentResponse, Error> {
    pb::CreateIntentResponse::decode(bytes).map_err(|_| Error::Broken("a kept reply is unreadable"))
}
