//! Who is alive to share the mailboxes: a lease per process.

use db::{Connection, lease};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use std::time::Duration;
use uuid::Uuid;

fn name(id: Uuid) -> String {
    format!("replica:{id}")
}

/// A replica among those that are alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub(super) struct Standing {
    /// How many there are, this one included.
    #[diesel(sql_type = BigInt)]
    alive: i64,
    /// How many of them come before it in the order of their ids.
    #[diesel(sql_type = BigInt)]
    before: i64,
}

impl Standing {
    /// How many of so many mailboxes it reads: the shares of all replicas are within one of each other, and their sum is the
    /// whole.
    pub(super) fn share(self, mailboxes: usize) -> usize {
        let alive = usize::try_from(self.alive).unwrap_or(1).max(1);
        let before = usize::try_from(self.before).unwrap_or(0);
        mailboxes / alive + usize::from(before < mailboxes % alive)
    }
}

/// Says that replica `me` is alive for another `ttl`, and finds out among how many.
pub(super) async fn sign_on(
    conn: &mut Connection,
    me: Uuid,
    ttl: Duration,
) -> QueryResult<Standing> {
    lease::try_acquire(conn, &name(me), me, ttl).await?;
    db::statement(
        "SELECT count(*) AS alive, count(*) FILTER (WHERE name < $1) AS before FROM leases \
         WHERE name LIKE 'replica:%' AND held_until > clock_timestamp()",
    )
    .bind::<Text, _>(name(me))
    .get_result(conn)
    .await
}

/// Replica `me` counts no more: it is alive for no time from now. Its row stays, as every lease's does.
pub(super) async fn sign_off(conn: &mut Connection, me: Uuid) -> QueryResult<()> {
    lease::try_acquire(conn, &name(me), me, Duration::ZERO)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_within_one_of_even_and_make_the_whole() {
        for mailboxes in [0, 1, 2, 3, 7, 100, 299, 300, 301] {
            for alive in 1..=5 {
                let shares: Vec<usize> = (0..alive)
                    .map(|before| Standing { alive, before }.share(mailboxes))
                    .collect();
                let (least, most) = (shares.iter().min(), shares.iter().max());
                assert_eq!(shares.iter().sum::<usize>(), mailboxes, "{shares:?}");
                assert!(most <= least.map(|n| n + 1).as_ref(), "{shares:?}");
            }
        }
        // Its row is gone, or there is none yet.
        let odd = Standing {
            alive: 0,
            before: 0,
        };
        assert_eq!(odd.share(10), 10);
    }
}
