//! References that payers typed.

use crate::schema::claims;
use db::types::to_db;
use db::{Connection, Scope};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, IntentId};
use jiff::Timestamp;

/// So many different references a payer may type for one intent.
pub const MOST: i64 = 3;

/// A reference as a payer typed it.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The intent's.
    pub scope: Scope,
    pub intent: IntentId,
    /// Whom the payer paid.
    pub account: AccountId,
    /// Rail class and unique form.
    pub reference: (String, String),
    pub typed: String,
    pub at: Timestamp,
}

/// What storing a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Now, or before.
    Yes,
    TooMany,
    /// Somebody else typed at the same moment: to be tried again.
    Contended,
}

/// Stores the claim, unless it is known.
pub async fn store(conn: &mut Connection, new: &NewClaim) -> QueryResult<Stored> {
    let own = || {
        claims::table
            .filter(claims::merchant_id.eq(new.scope.merchant.uuid()))
            .filter(claims::live.eq(new.scope.mode.is_live()))
            .filter(claims::intent_id.eq(new.intent.uuid()))
    };
    let (class, reference) = &new.reference;
    let known = own()
        .filter(claims::rail_class.eq(class))
        .filter(claims::reference.eq(reference));
    if diesel::select(diesel::dsl::exists(known))
        .get_result::<bool>(conn)
        .await?
    {
        return Ok(Stored::Yes);
    }
    let count: i64 = own().select(count_star()).first(conn).await?;
    if count >= MOST {
        return Ok(Stored::TooMany);
    }
    let number = i16::try_from(count + 1).unwrap_or(i16::MAX);
    let stored = diesel::insert_into(claims::table)
        .values((
            claims::merchant_id.eq(new.scope.merchant.uuid()),
            claims::live.eq(new.scope.mode.is_live()),
            claims::intent_id.eq(new.intent.uuid()),
            claims::claim_no.eq(number),
            claims::account_id.eq(new.account.uuid()),
            claims::rail_class.eq(class),
            claims::reference.eq(reference),
            claims::reference_typed.eq(&new.typed),
            claims::claimed_at.eq(to_db(new.at)),
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
