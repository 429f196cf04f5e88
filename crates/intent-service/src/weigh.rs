//! Whose may this money be, and what would a person's word about it break? As the worker: intents of every project with a
//! grant on the account count.

use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::intent::IntentRow;
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::rows::telling;
use crate::schema::{intents, options, reservations};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::breach::{Breach, Proposal};
use domain::ids::IntentId;
use domain::matching::{CLOCK_SKEW, Dedication};
use domain::policy::LONGEST_LATE_WINDOW;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::ops::Bound;

/// Payers round by less than this, in minor units.
const ROUNDING: i64 = 99;

/// An intent and the option that the money may be for.
pub(crate) type Near = (IntentRow, OptionRow);

/// What is known about some money, whatever intent it is held against.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    observed: Observed,
    account: AccountRow,
    contradicted: bool,
    taken_back: bool,
    /// Intents whose codes stand in the note.
    pub named: Vec<Near>,
    /// Open intents of about the amount, about that time.
    pub near: Vec<Near>,
}

/// What a match would mean.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub breaches: BTreeSet<Breach>,
    /// Short by a payer's rounding: with a person's word that is enough.
    pub rounded_down: bool,
}

impl Weighed {
    pub(crate) async fn of(
        conn: &mut Connection,
        observed: Observed,
        account: AccountRow,
    ) -> Result<Self, Error> {
        Ok(Self {
            contradicted: observed.is_contradicted(conn).await?,
            taken_back: observed.is_taken_back(conn).await?,
            named: named(conn, &observed).await?,
            near: near(conn, &observed).await?,
            observed,
            account,
        })
    }

    /// Holds the money against an intent.
    pub(crate) fn against(&self, intent: &IntentRow, option: &OptionRow) -> Result<Verdict, Error> {
        let ids = |list: &[Near]| list.iter().map(|(intent, _)| intent.id).collect();
        let named: Vec<IntentId> = ids(&self.named);
        let exact = |(_, option): &&Near| option.payable() == self.observed.amount();
        let fits: Vec<Near> = self.near.iter().filter(exact).cloned().collect();
        let fits: Vec<IntentId> = ids(&fits);
        let terms = intent.terms()?;
        let proposal = Proposal {
            account: self.observed.account_id,
            dedicated: self.account.dedication() == Dedication::Kept,
            mode: self.observed.mode.0,
            strength: self.observed.strength.0,
            contradicted: self.contradicted,
            taken_back: self.taken_back,
            amount: self.observed.amount(),
            interval: self.observed.interval()?,
            named: &named,
            fits: &fits,
            intent: intent.id,
            asked_at: option.account_id,
            payable: option.payable(),
            received: intent.received(),
            terms: &terms,
            status: intent.status(),
            cancelled_at: intent.cancelled_at,
        };
        Ok(Verdict {
            breaches: proposal.breaches(),
            rounded_down: proposal.is_rounded_down(),
        })
    }
}

/// Intents of any account whose code stands in the note.
async fn named(conn: &mut Connection, observed: &Observed) -> Result<Vec<Near>, Error> {
    let codes = telling::payment(conn, observed.id).await?.codes();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let named = options::table
        .inner_join(
            intents::table.on(intents::merchant_id
                .eq(options::merchant_id)
                .and(intents::live.eq(options::live))
                .and(intents::id.eq(options::intent_id))),
        )
        .filter(options::code.eq_any(codes))
        .filter(options::live.eq(observed.live))
        .order((intents::created_at.desc(), intents::id.desc()))
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(conn)
        .await?;
    Ok(named)
}

/// Intents without their money, of about this amount on this account, about the time of the payment, newest first. They are
/// found by their holds, whose index knows account, amount and time.
async fn near(conn: &mut Connection, observed: &Observed) -> Result<Vec<Near>, Error> {
    let interval = observed.interval()?;
    let amount = observed.amount().minor();
    let latest = interval
        .to()
        .checked_add(CLOCK_SKEW)
        .unwrap_or(Timestamp::MAX);
    let earliest = interval
        .from()
        .checked_sub(LONGEST_LATE_WINDOW)
        .unwrap_or(Timestamp::MIN);
    let around = (
        Bound::Included(to_db(earliest)),
        Bound::Included(to_db(latest)),
    );
    let found: Vec<Near> = reservations::table
        .inner_join(
            options::table.on(options::merchant_id
                .eq(reservations::merchant_id)
                .and(options::live.eq(reservations::live))
                .and(reservations::intent_id.eq(options::intent_id.nullable()))
                .and(reservations::option_no.eq(options::option_no.nullable()))),
        )
        .inner_join(
            intents::table.on(intents::merchant_id
                .eq(options::merchant_id)
                .and(intents::live.eq(options::live))
                .and(intents::id.eq(options::intent_id))),
        )
        .filter(reservations::account_id.eq(observed.account_id.uuid()))
        .filter(reservations::payable.ge(MinorUnits(amount.saturating_sub(ROUNDING))))
        .filter(reservations::payable.le(MinorUnits(amount.saturating_add(ROUNDING))))
        .filter(reservations::hold.overlaps_with(around))
        .filter(options::live.eq(observed.live))
        .filter(intents::status.ne_all(["settled", "reversed"]))
        .order((intents::created_at.desc(), intents::id.desc()))
        .select((IntentRow::as_select(), OptionRow::as_select()))
        .load(conn)
        .await?;
    let mut near = Vec::new();
    for (intent, option) in found {
        if intent.terms()?.late_until() >= interval.from() {
            near.push((intent, option));
        }
    }
    Ok(near)
}
