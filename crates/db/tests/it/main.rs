//! Against a real PostgreSQL. One binary, since each would be linked for itself.

mod catalogue;
mod clock;
mod idempotency;
mod inbox;
mod lease;
mod ledger;
mod migrations;
mod outbox;
mod pool;
mod scope;
mod support;
mod types;
