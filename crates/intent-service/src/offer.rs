//! Which account and amount a new intent may ask for.

use crate::rows::account::AccountRow;
use crate::rows::reservation::{self, Amount};
use db::WorkerPool;
use diesel::QueryResult;
use domain::{ErrorCode, Money};
use proto::Fault;
use rails::offset::{offsets, public_share};
use std::time::Duration;
use uuid::Uuid;

/// The shortest wait that a caller is told where every amount is held.
const LEAST_WAIT: Duration = Duration::from_secs(1);

/// What may be tried, best first. Somebody else may be faster: the insert decides.
#[derive(Clone, Debug)]
pub(crate) struct Offer<'a> {
    /// Amounts that nobody held, account by account, the longest unused first.
    pub free: Vec<(&'a AccountRow, i64)>,
    /// Accounts that take an intent without a reserved amount.
    pub reference_only: Vec<&'a AccountRow>,
    /// How long until the first of the held amounts is free again.
    wait: Option<Duration>,
}

impl Offer<'_> {
    /// What the caller is told when nothing of it could be had.
    pub(crate) fn exhausted(&self) -> Fault {
        Fault::new(
            ErrorCode::AmountSpaceExhausted,
            "every amount near this one is held by another intent",
        )
        .retry_after(self.wait.unwrap_or(LEAST_WAIT).max(LEAST_WAIT))
    }
}

/// How many of the amounts nearest to the price are looked at first. A shop with many prices finds one there that was never
/// held, which is what a look at all of them would find as well.
const NEAREST: usize = 16;

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only as far as the best amount is sure to be found.
    Near,
    /// At every amount: others took what was near.
    All,
}

/// What the accounts of `pool` offer for `amount`. `public` callers may hold two fifths of an account's amounts together.
///
/// As the worker, which alone sees the holds of every project.
///
/// # Errors
/// The database's.
pub(crate) async fn offer<'a>(
    workers: &WorkerPool,
    pool: &'a [AccountRow],
    amount: Money,
    public: bool,
    reach: Reach,
) -> QueryResult<Offer<'a>> {
    let payables: Vec<i64> = offsets(amount)
        .filter_map(|offset| amount.minor().checked_add(offset))
        .collect();
    let ids: Vec<Uuid> = pool.iter().map(|account| account.id.uuid()).collect();
    // The share counts over all amounts, so that what is near says nothing about what is left.
    let reach = if public { Reach::All } else { reach };
    let amounts = look(workers, &ids, &payables, reach).await?;
    let mut free = Vec::new();
    for (place, account) in (1_i64..).zip(pool) {
        let of_account = amounts.iter().filter(|c| c.place == place && c.is_free());
        let room = !public || {
            let (account, payables) = (account.id, &payables);
            let held = workers
                .read(async |conn| reservation::held_by_the_public(conn, account, payables).await)
                .await?;
            held < public_share(payables.len())
        };
        if room {
            free.extend(of_account.map(|c| (account, c.payable)));
        }
    }
    Ok(Offer {
        free,
        reference_only: pool.iter().filter(|a| a.reference_only).collect(),
        wait: amounts.iter().filter_map(Amount::held_for).min(),
    })
}

/// The amounts nearest to the price, if the first account has one there that was never held; else all.
async fn look(
    workers: &WorkerPool,
    accounts: &[Uuid],
    payables: &[i64],
    reach: Reach,
) -> QueryResult<Vec<Amount>> {
    if let (Reach::Near, Some(nearest)) = (reach, payables.get(..NEAREST)) {
        let near = amounts(workers, accounts, nearest).await?;
        if near.iter().any(|c| c.place == 1 && c.was_never_held()) {
            return Ok(near);
        }
    }
    amounts(workers, accounts, payables).await
}

async fn amounts(
    workers: &WorkerPool,
    accounts: &[Uuid],
    payables: &[i64],
) -> QueryResult<Vec<Amount>> {
    workers
        .read(async |conn| reservation::amounts(conn, accounts, payables).await)
        .await
}
