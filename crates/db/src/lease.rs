//! Fenced leases: who may do a piece of work for now. They save work; unique keys keep it correct.
//!
//! Time is the database's real time, so that the holders' clocks do not matter. A holder may stall (a long pause, a cut
//! connection) and go on after its lease ran out, so that the lease alone protects nothing: fencing happens in the
//! effect's own statement. The effect's row keeps the newest token seen and refuses older ones:
//!
//! ```sql
//! UPDATE cursors SET last_uid = $2, fence = $1 WHERE mailbox_id = $3 AND fence <= $1
//! ```
//!
//! No row updated means that somebody newer is at work: stop.

use crate::Connection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::time::Duration;
use uuid::Uuid;

/// A lease that was had when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    /// Larger than every token that was given out under this name before.
    pub token: i64,
}

#[derive(QueryableByName)]
struct Token {
    #[diesel(sql_type = BigInt)]
    token: i64,
}

/// Takes the lease `name` for `ttl` of real time, if nobody holds it or its time ran out. `None` while another holds it.
///
/// `holder` names the task that will do the work, for people who look; make a new one per task. The token grows with every
/// acquisition; the same holder asking again takes it over from itself.
///
/// # Errors
/// The database's.
pub async fn try_acquire(
    conn: &mut Connection,
    name: &str,
    holder: Uuid,
    ttl: Duration,
) -> Result<Option<Lease>, Error> {
    let taken = crate::statement(
        "INSERT INTO leases AS l (name, holder, token, held_until) \
         VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 microsecond') \
         ON CONFLICT (name) DO UPDATE \
         SET holder = excluded.holder, token = l.token + 1, held_until = excluded.held_until \
         WHERE l.held_until <= clock_timestamp() OR l.holder = excluded.holder \
         RETURNING token",
    )
    .bind::<Text, _>(name)
    .bind::<SqlUuid, _>(holder)
    .bind::<BigInt, _>(micros(ttl))
    .get_result::<Token>(conn)
    .await
    .optional()?;
    Ok(taken.map(|row| Lease {
        name: name.to_owned(),
        token: row.token,
    }))
}

/// Keeps the lease for another `ttl` from now. False if somebody else took it: stop the work.
///
/// # Errors
/// The database's. The lease may then still be held; its time runs.
pub async fn renew(conn: &mut Connection, lease: &Lease, ttl: Duration) -> Result<bool, Error> {
    let kept = crate::statement(
        "UPDATE leases SET held_until = clock_timestamp() + $3 * interval '1 microsecond' \
         WHERE name = $1 AND token = $2",
    )
    .bind::<Text, _>(&lease.name)
    .bind::<BigInt, _>(lease.token)
    .bind::<BigInt, _>(micros(ttl))
    .execute(conn)
    .await?;
    Ok(kept == 1)
}

/// Gives the lease up, so that the next one need not wait for its end. The row stays, and with it the last token.
///
/// # Errors
/// The database's. The lease then runs out by itself.
pub async fn release(conn: &mut Connection, lease: &Lease) -> Result<(), Error> {
    crate::statement("UPDATE leases SET held_until = '-infinity' WHERE name = $1 AND token = $2")
        .bind::<Text, _>(&lease.name)
        .bind::<BigInt, _>(lease.token)
        .execute(conn)
        .await
        .map(drop)
}

fn micros(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX)
}
