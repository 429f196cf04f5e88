//! One transaction on a pooled connection.

use crate::{Connection, OutboxWake};
use diesel::connection::TransactionManagerStatus;
use diesel::result::Error;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, SimpleAsyncConnection, TransactionManager};
use domain::Mode;
use domain::ids::MerchantId;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicBool;

/// What request-scoped work may see: one merchant in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    pub merchant: MerchantId,
    pub mode: Mode,
}

/// An open transaction. Queries run on it as on a [`Connection`]; only the pool ends it.
///
/// A failed statement spoils the whole transaction, even if its error is swallowed: the commit then fails. What may fail
/// and go on says `ON CONFLICT`, or stands in a savepoint: `tx.transaction(async |tx| …)` of
/// [`diesel_async::AsyncConnection`].
pub struct Tx {
    conn: Object<Connection>,
    pub(crate) appended: AtomicBool,
}

impl Deref for Tx {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.conn
    }
}

/// An async closure whose future may move between threads. Never named by callers: `async |tx| { … }` is one.
pub trait Work<T, R>: AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as Work<T, R>>::Fut {
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> Work<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// Begins by `sql` (`BEGIN`, and what goes with it in the same round trip).
pub(crate) async fn begin(conn: &mut Connection, sql: &str) -> Result<(), Error> {
    AnsiTransactionManager::begin_transaction_sql(conn, sql).await
}

/// Runs `work` in the transaction that was begun on `conn`, and ends it.
pub(crate) async fn run<R, E, F>(
    conn: Object<Connection>,
    wake: &OutboxWake,
    work: F,
) -> Result<R, E>
where
    for<'r> F:
        AsyncFnOnce(&'r mut Tx) -> Result<R, E> + Work<&'r mut Tx, Result<R, E>, Fut: Send> + Send,
    E: From<Error> + Send,
    R: Send,
{
    let mut open = Open(None);
    let tx = open.0.insert(Tx {
        conn,
        appended: AtomicBool::new(false),
    });
    match work(tx).await {
        Ok(value) => {
            commit(tx).await?;
            if *tx.appended.get_mut() {
                wake.wake();
            }
            open.ended();
            Ok(value)
        }
        Err(error) => {
            if AnsiTransactionManager::rollback_transaction(&mut **tx)
                .await
                .is_ok()
            {
                open.ended();
            }
            Err(error)
        }
    }
}

/// PostgreSQL answers COMMIT of a failed transaction with success and rolls back. The SELECT before it, in the same
/// round trip, fails instead, so that no effect is lost silently.
async fn commit(conn: &mut Connection) -> Result<(), Error> {
    conn.batch_execute("SELECT 1; COMMIT").await?;
    *AnsiTransactionManager::transaction_manager_status_mut(conn) =
        TransactionManagerStatus::default();
    Ok(())
}

/// A transaction that was neither committed nor rolled back (its caller went away, or the connection failed) is not put
/// back into the pool: the connection is closed, which ends the transaction and frees its locks at once.
struct Open(Option<Tx>);

impl Open {
    fn ended(&mut self) {
        drop(self.0.take());
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(tx) = self.0.take() {
            discard(tx.conn);
        }
    }
}

/// Closes a connection instead of giving it back.
pub(crate) fn discard(conn: Object<Connection>) {
    drop(Object::take(conn));
}
