//! The embedded migrations.

use crate::connect::{InvalidUrl, Target};
use crate::{Connection, clock};
use diesel::prelude::*;
use diesel::result::{ConnectionError, Error};
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::Duration;
use tokio::time::Instant;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Changes whenever a migration does.
pub const DIGEST: &str = env!("NOXPAY_MIGRATIONS_DIGEST");

/// Another runner's migrations are waited for this long.
const PATIENCE: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(100);
const APPLICATION: &str = "noxpay-migrate";

/// Why migrations did not run.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the administrator's URL {0}")]
    Url(#[from] InvalidUrl),
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectionError),
    #[error(transparent)]
    Database(#[from] Error),
    #[error("another runner has held the migrations' lock for {PATIENCE:?}")]
    Locked,
    #[error("{0}")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the migrations stopped: {0}")]
    Stopped(#[source] tokio::task::JoinError),
}

type Blocking = AsyncConnectionWrapper<Connection>;
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Applies what is missing, through a role that may (`url`), each migration in a transaction of its own; calls `progress`
/// with the name of each before it begins. Returns the names in order.
///
/// Runners that race take turns. They poll, since one that is blocked in `pg_advisory_lock` holds a snapshot, for which a
/// `CREATE INDEX CONCURRENTLY` would wait for ever.
///
/// # Errors
/// [`MigrateError`]; the migrations before the failed one stay.
pub async fn run(
    url: &str,
    mut progress: impl FnMut(&str) + Send + 'static,
) -> Result<Vec<String>, MigrateError> {
    locked(url, move |conn| {
        let mut applied = Vec::new();
        for migration in conn.pending_migrations(MIGRATIONS)? {
            let name = migration.name().to_string();
            progress(&name);
            conn.run_migration(&*migration)?;
            applied.push(name);
        }
        Ok(applied)
    })
    .await
}

/// The names of the migrations that are missing, in order.
///
/// # Errors
/// [`MigrateError`].
pub async fn pending(url: &str) -> Result<Vec<String>, MigrateError> {
    locked(url, |conn| {
        let missing = conn.pending_migrations(MIGRATIONS)?;
        Ok(missing.iter().map(|m| m.name().to_string()).collect())
    })
    .await
}

/// Takes everything back, newest first, with all data. For tests of the way down.
///
/// # Errors
/// [`MigrateError`]; the migrations before the failed one stay.
pub async fn revert_all(url: &str) -> Result<usize, MigrateError> {
    locked(url, |conn| {
        Ok(conn.revert_all_migrations(MIGRATIONS)?.len())
    })
    .await
}

/// Says whether this is a production installation, whose clock cannot be moved.
///
/// # Errors
/// [`MigrateError`]; `production_has_no_offset` where the clock has been moved.
pub async fn set_production(url: &str, production: bool) -> Result<(), MigrateError> {
    let mut conn = Target::parse(url, APPLICATION)?.connect().await?;
    Ok(clock::set_production(&mut conn, production).await?)
}

/// Runs `work` on a thread that may block, under the lock that all runners take.
async fn locked<T: Send + 'static>(
    url: &str,
    work: impl FnOnce(&mut Blocking) -> Result<T, Fault> + Send + 'static,
) -> Result<T, MigrateError> {
    let mut conn = Target::parse(url, APPLICATION)?.connect().await?;
    lock(&mut conn).await?;
    // The connection's end frees the lock.
    tokio::task::spawn_blocking(move || work(&mut Blocking::from(conn)))
        .await
        .map_err(MigrateError::Stopped)?
        .map_err(MigrateError::Migration)
}

async fn lock(conn: &mut Connection) -> Result<(), MigrateError> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let row: Locked =
            diesel::sql_query("SELECT pg_try_advisory_lock(7205759403792793600) AS locked")
                .get_result(conn)
                .await?;
        if row.locked {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(MigrateError::Locked);
        }
        tokio::time::sleep(POLL).await;
    }
}
