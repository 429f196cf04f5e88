//! Which account and amount a new intent may ask for.

use crate::rows::account::AccountRow;
use crate::rows::reservation::{self, Amount};
use db::{Scope, WorkerPool};
use diesel::QueryResult;
use domain::{ErrorCode, Money};
use proto::Fault;
use rails::offset::{offsets, public_share};
use std::time::Duration;

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
    /// At every amount: others took what was near, or how many are left has to be known.
    All,
}

/// Who holds the amounts near a price.
pub(crate) struct Sight {
    /// Every amount that may be asked, best first.
    payables: Vec<i64>,
    /// As many of them as were looked at.
    amounts: Vec<Amount>,
    reach: Reach,
}

impl Sight {
    /// The accounts that the merchant may use, oldest first, and a look at their amounts, both in one round trip. As the
    /// worker, which alone sees the holds of every project.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn take(
        workers: &WorkerPool,
        scope: Scope,
        amount: Money,
        reach: Reach,
    ) -> QueryResult<(Vec<AccountRow>, Self)> {
        let payables: Vec<i64> = offsets(amount)
            .filter_map(|offset| amount.minor().checked_add(offset))
            .collect();
        let (reach, looked_at) = match (reach, payables.get(..NEAREST)) {
            (Reach::Near, Some(nearest)) => (Reach::Near, nearest),
            _ => (Reach::All, payables.as_slice()),
        };
        let (accounts, amounts) = workers
            .read(async |conn| {
                tokio::try_join!(biased;
                    AccountRow::granted(conn, scope),
                    reservation::amounts(conn, scope, looked_at))
            })
            .await?;
        let sight = Self {
            payables,
            amounts,
            reach,
        };
        Ok((accounts, sight))
    }

    /// What the accounts of `pool`, which may receive the intent, offer. `public` callers may hold two fifths of an account's
    /// amounts together.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn offer<'a>(
        mut self,
        workers: &WorkerPool,
        scope: Scope,
        pool: &'a [AccountRow],
        public: bool,
    ) -> QueryResult<Offer<'a>> {
        if self.reach == Reach::Near && !self.shows_the_best(pool) {
            let payables = &self.payables;
            self.amounts = workers
                .read(async |conn| reservation::amounts(conn, scope, payables).await)
                .await?;
        }
        let mut free = Vec::new();
        for account in pool {
            if public && !has_public_room(workers, account, &self.payables).await? {
                continue;
            }
            let amounts = self.amounts.iter().filter(|a| a.is_of(account));
            free.extend(
                amounts
                    .filter(|a| a.is_free())
                    .map(|a| (account, a.payable)),
            );
        }
        let of_pool = |amount: &&Amount| pool.iter().any(|account| amount.is_of(account));
        let held = self.amounts.iter().filter(of_pool);
        Ok(Offer {
            free,
            reference_only: pool.iter().filter(|a| a.reference_only).collect(),
            wait: held.filter_map(Amount::held_for).min(),
        })
    }

    /// Whether the first account has an amount there that was never held: no other is better.
    fn shows_the_best(&self, pool: &[AccountRow]) -> bool {
        let first = pool.first();
        self.amounts
            .iter()
            .any(|a| a.was_never_held() && first.is_some_and(|account| a.is_of(account)))
    }
}

async fn has_public_room(
    workers: &WorkerPool,
    account: &AccountRow,
    payables: &[i64],
) -> QueryResult<bool> {
    let account = account.id;
    let held = workers
        .read(async |conn| reservation::held_by_the_public(conn, account, payables).await)
        .await?;
    Ok(held < public_share(payables.len()))
}
