//! Who is alive to share the mailboxes: a lease per process.

use db::{Connection, lease};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use std::time::Duration;
use uuid::Uuid;

fn name(id: Uuid) -> String {
    format!("replica:{id}")
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    alive: i64,
}

/// Says that replica `me` is alive for another `ttl`. Gives back how many are, at least this one.
pub(super) async fn sign_on(conn: &mut Connection, me: Uuid, ttl: Duration) -> QueryResult<usize> {
    lease::try_acquire(conn, &name(me), me, ttl).await?;
    let count: Count = diesel::sql_query(
        "SELECT count(*) AS alive FROM leases WHERE name LIKE 'replica:%' AND held_until > clock_timestamp()",
    )
    .get_result(conn)
    .await?;
    Ok(usize::try_from(count.alive).unwrap_or(1).max(1))
}

/// Replica `me` counts no more: it is alive for no time from now. Its row stays, as every lease's does.
pub(super) async fn sign_off(conn: &mut Connection, me: Uuid) -> QueryResult<()> {
    lease::try_acquire(conn, &name(me), me, Duration::ZERO)
        .await
        .map(drop)
}
