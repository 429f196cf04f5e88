//! Whose may this money be, and what would a person's word about it break? As the worker: intents of every project with a
//! grant on the account count.

use crate::error::Error;
use crate::evidence::candidates::{Named, by_code};
use crate::evidence::held::{Sought, by_hold};
use crate::rows::account::AccountRow;
use crate::rows::intent::IntentRow;
use crate::rows::observed::Observed;
use crate::rows::option::OptionRow;
use crate::rows::telling;
use db::Connection;
use domain::breach::{Breach, Proposal};
use domain::ids::IntentId;
use domain::matching::{Dedication, has_its_money};
use std::cmp::Reverse;
use std::collections::BTreeSet;

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
    doubted: bool,
    /// Intents of any account whose codes stand in the note, newest first.
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
        let payment = telling::payment(conn, observed.id).await?;
        Ok(Self {
            contradicted: observed.is_contradicted(conn).await?,
            taken_back: observed.is_taken_back(conn).await?,
            doubted: payment.is_doubted(),
            named: newest_first(by_code(conn, &payment).await?),
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
            doubted: self.doubted,
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

/// Intents without their money, of about this amount on this account, about the time of the payment, newest first.
async fn near(conn: &mut Connection, observed: &Observed) -> Result<Vec<Near>, Error> {
    let sought = Sought {
        account: observed.account_id,
        live: observed.live,
        amount: observed.amount(),
        give: ROUNDING,
        interval: observed.interval()?,
    };
    let mut near = newest_first(by_hold(conn, sought).await?);
    near.retain(|(intent, _)| !has_its_money(intent.status()));
    Ok(near)
}

fn newest_first(found: Vec<Named>) -> Vec<Near> {
    let near = |named: Named| (named.intent, named.option);
    let mut all: Vec<Near> = found.into_iter().map(near).collect();
    all.sort_by_key(|(intent, _)| Reverse((intent.created_at, intent.id)));
    all
}
