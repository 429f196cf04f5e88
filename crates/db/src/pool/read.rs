//! Reading, in as few round trips as may be.

use super::{Inner, RequestPool, Suspect, WorkerPool, silent, within};
use crate::Connection;
use crate::error::{is_connection_loss, no_connection};
use crate::tx::{Scope, Work};
use diesel::result::Error;
use diesel_async::SimpleAsyncConnection;

impl RequestPool {
    /// Runs `work`, which only reads, in one transaction that sees `scope` alone.
    ///
    /// Its first statements travel together with the one that sets the scope. It is called again where a connection turns out
    /// to be dead.
    ///
    /// # Errors
    /// What `work` returns; the database's own, see [`crate::is_transient`].
    pub async fn read<R, F>(&self, scope: Scope, work: F) -> Result<R, Error>
    where
        for<'r> F: AsyncFnOnce(&'r Connection) -> Result<R, Error>
            + Work<&'r Connection, Result<R, Error>, Fut: Send>
            + Copy
            + Send,
        R: Send,
    {
        self.0.read(&super::begin_in(scope), "COMMIT", work).await
    }
}

impl WorkerPool {
    /// Runs `work`, which only reads, without a transaction: each statement sees what is there when it runs.
    ///
    /// It is called again where a connection turns out to be dead.
    ///
    /// # Errors
    /// What `work` returns; the database's own, see [`crate::is_transient`].
    pub async fn read<R, F>(&self, work: F) -> Result<R, Error>
    where
        for<'r> F: AsyncFnOnce(&'r Connection) -> Result<R, Error>
            + Work<&'r Connection, Result<R, Error>, Fut: Send>
            + Copy
            + Send,
        R: Send,
    {
        self.0.read(super::PING, "", work).await
    }
}

/// Why nothing was read on one connection.
enum Failed {
    /// No answer at all.
    Silent,
    Database(Error),
}

impl Inner {
    async fn read<R, F>(&self, begin: &str, end: &str, work: F) -> Result<R, Error>
    where
        for<'r> F: AsyncFnOnce(&'r Connection) -> Result<R, Error>
            + Work<&'r Connection, Result<R, Error>, Fut: Send>
            + Copy
            + Send,
        R: Send,
    {
        within(self.patience.transaction, async {
            let mut dead = 0;
            loop {
                let got = within(self.patience.connection, async {
                    self.pool.get().await.map_err(no_connection)
                });
                // Closed on every way out but the good one: that ends the transaction too.
                let mut suspect = Suspect(None);
                let conn = suspect.0.insert(got.await?);
                match self.read_on(conn, begin, end, work).await {
                    Ok(value) => {
                        drop(suspect.trust()?);
                        return Ok(value);
                    }
                    // The server hangs: another connection would hang as well.
                    Err(Failed::Silent) => return Err(silent(self.patience.answer)),
                    Err(Failed::Database(error)) => {
                        dead += 1;
                        if !is_connection_loss(&error) || dead > self.pool.status().max_size {
                            return Err(error);
                        }
                    }
                }
            }
        })
        .await
    }

    async fn read_on<R, F>(
        &self,
        mut conn: &Connection,
        begin: &str,
        end: &str,
        work: F,
    ) -> Result<R, Failed>
    where
        for<'r> F: AsyncFnOnce(&'r Connection) -> Result<R, Error>
            + Work<&'r Connection, Result<R, Error>, Fut: Send>
            + Send,
    {
        let opening = async {
            let mut conn = conn;
            match tokio::time::timeout(self.patience.answer, conn.batch_execute(begin)).await {
                Ok(opened) => opened.map_err(Failed::Database),
                Err(_) => Err(Failed::Silent),
            }
        };
        let reading = async { work(conn).await.map_err(Failed::Database) };
        // In this order, and nothing waits for an answer before both are on their way. If the first failed, row-level
        // security would hide everything from the second, but its failure ends both.
        let ((), value) = tokio::try_join!(biased; opening, reading)?;
        if !end.is_empty() {
            conn.batch_execute(end).await.map_err(Failed::Database)?;
        }
        Ok(value)
    }
}
