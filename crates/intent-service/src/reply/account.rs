//! Accounts and their proofs.

use crate::error::Error;
use crate::rows::account::{AccountRow, AccountStatus};
use crate::rows::dedication::Suspended;
use crate::rows::proof::ProofRow;
use domain::ids::MerchantId;
use proto::convert::{money, timestamp};
use proto::intent as pb;
use rails::account_kind::AccountKind;
use rails::uri;

/// An account, as `merchant` sees it.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn account(row: &AccountRow, merchant: MerchantId) -> Result<pb::Account, Error> {
    let status = match row.status.0 {
        AccountStatus::Proving => pb::AccountStatus::Proving,
        AccountStatus::Live => pb::AccountStatus::Live,
        AccountStatus::Suspended => pb::AccountStatus::Suspended,
    };
    Ok(pb::Account {
        id: row.id.to_string(),
        vpa: row.vpa.clone(),
        payee_name: row.payee_name.clone(),
        kind: kind(row.kind()?).into(),
        dedicated: row.dedicated,
        bank: row.bank.clone(),
        account_tail: row.account_tail.clone().unwrap_or_default(),
        status: status.into(),
        reference_only: row.reference_only,
        owned: row.merchant_id == merchant,
        created_at: Some(timestamp(row.created_at)),
        dedication_suspended: row.judged.suspended().map(suspended),
    })
}

/// A proof with the request that its payer scans.
///
/// # Errors
/// [`Error::Broken`] where stored data makes no sense.
pub fn proof(proof: &ProofRow, account: &AccountRow) -> Result<pb::Proof, Error> {
    let payload = uri::payload(&account.payee()?, proof.payable(), proof.code())
        .map_err(|_| Error::Broken("a proof makes no payment request"))?;
    Ok(pb::Proof {
        id: proof.id.to_string(),
        account_id: account.id.to_string(),
        payable: Some(money(proof.payable())),
        payment_uri: payload.to_string(),
        expires_at: Some(timestamp(proof.expires_at)),
        proved_at: proof.proved_at.map(timestamp),
    })
}

fn suspended(suspended: Suspended) -> pb::DedicationSuspended {
    pb::DedicationSuspended {
        since: Some(timestamp(suspended.since)),
        unfitting: suspended.receipts.unfitting,
        credits: suspended.receipts.credits,
    }
}

pub(super) const fn kind(kind: AccountKind) -> pb::AccountKind {
    match kind {
        AccountKind::Personal => pb::AccountKind::Personal,
        AccountKind::P2pm => pb::AccountKind::P2pm,
        AccountKind::Merchant => pb::AccountKind::Merchant,
    }
}
