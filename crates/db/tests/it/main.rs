//! Against a real PostgreSQL. One binary, since each would be linked for itself.

#![expect(
    clippy::unwrap_used,
    reason = "functions beside the tests panic as the tests do; clippy.toml allows it inside test functions alone"
)]

mod catalogue;
mod clock;
mod errors;
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
