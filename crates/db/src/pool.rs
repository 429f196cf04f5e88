//! The two pools of a service.

mod read;

use crate::connect::{InvalidUrl, Limits, Target};
use crate::error::{is_connection_loss, no_connection};
use crate::tx::{Scope, Tx, Work, begin, discard, run};
use crate::{Connection, DatabaseSettings, OutboxWake};
use diesel::result::{ConnectionError, Error};
use diesel_async::SimpleAsyncConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use std::sync::Arc;
use std::time::Duration;

/// A worker's connection outside any transaction; goes back to the pool when dropped.
pub type WorkerConnection = Object<Connection>;

/// How long a caller of a pool waits for a server that says nothing. The server's own limits end what it still knows of.
#[derive(Clone, Copy)]
struct Patience {
    /// For a new connection, or for the first answer of one that stood by.
    answer: Duration,
    /// For both, where every connection is in use and some turn out to be dead.
    connection: Duration,
    /// For a whole transaction, which talks to the database alone.
    transaction: Duration,
}

/// A caller is told within 2 s that the database is away, even if it is there and says nothing.
const ANSWER: Duration = Duration::from_millis(1_500);

/// A caller waits for its answer, so that a request gives up early.
const REQUEST: Limits = Limits {
    statement: Duration::from_secs(5),
    lock: Duration::from_secs(3),
    idle_in_transaction: Duration::from_secs(10),
};
const REQUEST_PATIENCE: Patience = Patience {
    answer: ANSWER,
    connection: Duration::from_secs(3),
    transaction: Duration::from_secs(8),
};

/// Nobody waits for a worker, but what it locks stands in the way of requests.
const WORKER: Limits = Limits {
    statement: Duration::from_secs(30),
    lock: Duration::from_secs(10),
    idle_in_transaction: Duration::from_secs(30),
};
const WORKER_PATIENCE: Patience = Patience {
    answer: ANSWER,
    connection: Duration::from_secs(10),
    transaction: Duration::from_secs(60),
};

/// An empty statement: answered, and nothing else.
const PING: &str = "";

/// Begins a transaction that sees `scope` alone. A UUID and a boolean: nothing to quote.
fn begin_in(scope: Scope) -> String {
    format!(
        "BEGIN; SELECT set_config('noxpay.merchant', '{}', true), set_config('noxpay.live', '{}', true)",
        scope.merchant,
        scope.mode.is_live(),
    )
}

/// A service's pools. Cheap to clone.
#[derive(Clone)]
pub struct Databases {
    pub request: RequestPool,
    pub worker: WorkerPool,
    wake: OutboxWake,
}

impl Databases {
    /// Prepares both pools without connecting: a service starts while PostgreSQL is away.
    ///
    /// # Errors
    /// [`InvalidUrl`] if a URL cannot be read.
    pub fn try_new(settings: &DatabaseSettings) -> Result<Self, InvalidUrl> {
        let wake = OutboxWake::default();
        let pool = |url: &str, limits, patience, size| {
            Inner::new(settings, url, limits, patience, size, wake.clone())
        };
        Ok(Self {
            request: RequestPool(pool(
                &settings.request_url,
                REQUEST,
                REQUEST_PATIENCE,
                settings.request_connections,
            )?),
            worker: WorkerPool(pool(
                &settings.worker_url,
                WORKER,
                WORKER_PATIENCE,
                settings.worker_connections,
            )?),
            wake: wake.clone(),
        })
    }

    /// What the relay of this process waits for.
    pub fn outbox_wake(&self) -> OutboxWake {
        self.wake.clone()
    }
}

/// Connections of `<schema>_request`, to which row-level security applies.
#[derive(Clone)]
pub struct RequestPool(Inner);

impl RequestPool {
    /// Runs `work` in one transaction that sees `scope` alone, and commits it unless it fails.
    ///
    /// Besides [`RequestPool::read`] the only way to a request connection: without a scope nothing is visible. The scope
    /// ends with the transaction.
    ///
    /// # Errors
    /// What `work` returns, after rolling back; the database's own, see [`crate::is_transient`].
    pub async fn tenant<R, E, F>(&self, scope: Scope, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R, E>
            + Work<&'r mut Tx, Result<R, E>, Fut: Send>
            + Send,
        E: From<Error> + Send,
        R: Send,
    {
        self.0.transaction(&begin_in(scope), work).await
    }

    /// Whether a connection can be had and answers: for readiness.
    ///
    /// # Errors
    /// See [`crate::is_transient`].
    pub async fn ping(&self) -> Result<(), Error> {
        self.0.open(None).await.map(drop)
    }
}

/// Connections of `<schema>_worker`, which sees every merchant in its own schema.
#[derive(Clone)]
pub struct WorkerPool(Inner);

impl WorkerPool {
    /// Runs `work` in one transaction, and commits it unless it fails.
    ///
    /// # Errors
    /// What `work` returns, after rolling back; the database's own, see [`crate::is_transient`].
    pub async fn transaction<R, E, F>(&self, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R, E>
            + Work<&'r mut Tx, Result<R, E>, Fut: Send>
            + Send,
        E: From<Error> + Send,
        R: Send,
    {
        self.0.transaction("BEGIN", work).await
    }

    /// A connection for single statements, each its own transaction.
    ///
    /// # Errors
    /// See [`crate::is_transient`].
    pub async fn get(&self) -> Result<WorkerConnection, Error> {
        self.0.open(None).await
    }

    /// A connection outside the pool, for LISTEN: notifications reach whoever holds the session. Closed when dropped.
    ///
    /// # Errors
    /// See [`crate::is_transient`].
    pub async fn dedicated(&self) -> Result<Connection, Error> {
        let connected = self.0.target.connect();
        within(self.0.patience.answer, async {
            connected.await.map_err(no_connection)
        })
        .await
    }
}

#[derive(Clone)]
struct Inner {
    target: Arc<Target>,
    pool: Pool<Connection>,
    patience: Patience,
    wake: OutboxWake,
}

impl Inner {
    fn new(
        settings: &DatabaseSettings,
        url: &str,
        limits: Limits,
        patience: Patience,
        size: usize,
        wake: OutboxWake,
    ) -> Result<Self, InvalidUrl> {
        let path = format!("{},noxpay,public", settings.schema.name());
        let target = Arc::new(Target::parse(url, settings.application)?.with(&path, limits));
        let mut manager = ManagerConfig::default();
        // `open` tries each connection by what it sends anyway, which costs no round trip.
        manager.recycling_method = RecyclingMethod::Fast;
        let connecting = Arc::clone(&target);
        manager.custom_setup = Box::new(move |_| {
            let target = Arc::clone(&connecting);
            Box::pin(async move {
                let connected = tokio::time::timeout(patience.answer, target.connect()).await;
                connected.map_err(|_| ConnectionError::BadConnection("no answer".to_owned()))?
            })
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
        let pool = Pool::builder(manager).max_size(size.max(1)).build();
        // Building fails only where timeouts are set without a runtime.
        let pool = pool.unwrap_or_else(|_| unreachable!("the pool has no timeouts of its own"));
        Ok(Self {
            target,
            pool,
            patience,
            wake,
        })
    }

    async fn transaction<R, E, F>(&self, begin_sql: &str, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R, E>
            + Work<&'r mut Tx, Result<R, E>, Fut: Send>
            + Send,
        E: From<Error> + Send,
        R: Send,
    {
        let conn = self.open(Some(begin_sql)).await?;
        within(self.patience.transaction, run(conn, &self.wake, work)).await
    }

    /// A connection that is alive, with a transaction begun by `begin_sql` if there is one.
    ///
    /// Connections that died in the pool (the server restarted) are closed and the next one is tried, so that nobody sees
    /// their errors.
    async fn open(&self, begin_sql: Option<&str>) -> Result<Object<Connection>, Error> {
        within(self.patience.connection, async {
            let mut dead = 0;
            loop {
                let mut suspect = Suspect(None);
                let conn = suspect
                    .0
                    .insert(self.pool.get().await.map_err(no_connection)?);
                let opening = async {
                    match begin_sql {
                        Some(sql) => begin(conn, sql).await,
                        None => conn.batch_execute(PING).await,
                    }
                };
                let error = match tokio::time::timeout(self.patience.answer, opening).await {
                    Ok(Ok(())) => return suspect.trust(),
                    Ok(Err(error)) => error,
                    // The server hangs: another connection would hang as well.
                    Err(_) => return Err(silent(self.patience.answer)),
                };
                dead += 1;
                if !is_connection_loss(&error) || dead > self.pool.status().max_size {
                    return Err(error);
                }
            }
        })
        .await
    }
}

/// A connection that has not answered yet: closed, not given back, if it fails or its caller goes away first.
struct Suspect(Option<Object<Connection>>);

impl Suspect {
    fn trust(mut self) -> Result<Object<Connection>, Error> {
        self.0.take().ok_or(Error::BrokenTransactionManager)
    }
}

impl Drop for Suspect {
    fn drop(&mut self) {
        if let Some(conn) = self.0.take() {
            discard(conn);
        }
    }
}

async fn within<R, E: From<Error>>(
    patience: Duration,
    work: impl Future<Output = Result<R, E>>,
) -> Result<R, E> {
    match tokio::time::timeout(patience, work).await {
        Ok(result) => result,
        Err(_) => Err(silent(patience).into()),
    }
}

fn silent(patience: Duration) -> Error {
    no_connection(format_args!("no answer within {patience:?}"))
}
