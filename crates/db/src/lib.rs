#![doc = include_str!("../README.md")]

pub mod clock;
mod connect;
mod error;
pub mod idempotency;
pub mod inbox;
pub mod lease;
pub mod migrate;
pub mod outbox;
mod pool;
pub mod roles;
mod schema;
mod settings;
mod statement;
mod tx;
pub mod types;
mod wake;
mod watch;

pub use connect::InvalidUrl;
pub use error::{constraint_of, is_connection_loss, is_transient};
pub use pool::{Databases, RequestPool, WorkerConnection, WorkerPool};
pub use settings::{DatabaseSettings, Schema};
pub use statement::{Bound, Statement, statement};
pub use tx::{Scope, Tx, Work};
pub use wake::OutboxWake;
pub use watch::watch;

/// A connection as diesel sees it. `&mut Tx` becomes `&mut Connection` wherever one is asked for.
pub type Connection = diesel_async::AsyncPgConnection;
