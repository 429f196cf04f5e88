//! UPI IDs that payers said they pay from.

use super::claim::Stored;
use crate::schema::declarations;
use db::types::{MinorUnits, to_db};
use db::{Connection, Scope};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Money;
use domain::ids::{AccountId, IntentId};
use jiff::Timestamp;
use rails::vpa::Vpa;

/// So often a payer may change it.
pub const MOST: i16 = 3;

/// A payer's word.
#[derive(Clone, Debug)]
pub struct NewDeclaration {
    /// The intent's.
    pub scope: Scope,
    pub intent: IntentId,
    /// Whom the payer pays, and how much.
    pub account: AccountId,
    pub payable: Money,
    pub payer: Vpa,
    pub at: Timestamp,
}

/// Stores it, unless it is what was said last.
pub async fn store(conn: &mut Connection, new: &NewDeclaration) -> QueryResult<Stored> {
    let last: Option<(i16, String)> = declarations::table
        .filter(declarations::merchant_id.eq(new.scope.merchant.uuid()))
        .filter(declarations::live.eq(new.scope.mode.is_live()))
        .filter(declarations::intent_id.eq(new.intent.uuid()))
        .order(declarations::declaration_no.desc())
        .select((declarations::declaration_no, declarations::payer_vpa))
        .first(conn)
        .await
        .optional()?;
    let number = match last {
        Some((_, vpa)) if vpa == new.payer.key() => return Ok(Stored::Yes),
        Some((number, _)) if number >= MOST => return Ok(Stored::TooMany),
        Some((number, _)) => number.saturating_add(1),
        None => 1,
    };
    let stored = diesel::insert_into(declarations::table)
        .values((
            declarations::merchant_id.eq(new.scope.merchant.uuid()),
            declarations::live.eq(new.scope.mode.is_live()),
            declarations::intent_id.eq(new.intent.uuid()),
            declarations::declaration_no.eq(number),
            declarations::account_id.eq(new.account.uuid()),
            declarations::payable.eq(MinorUnits(new.payable.minor())),
            declarations::payer_vpa.eq(new.payer.key()),
            declarations::declared_at.eq(to_db(new.at)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(if stored == 1 {
        Stored::Yes
    } else {
        Stored::Contended
    })
}
