//! Against a real PostgreSQL and a real RabbitMQ. One binary, since each would be linked for itself.

#![expect(
    clippy::unwrap_used,
    reason = "functions beside the tests panic as the tests do; clippy.toml allows it inside test functions alone"
)]

mod accounts;
mod cancel;
mod create;
mod create_races;
mod evidence;
mod expiry;
mod invariants;
mod ladder;
mod late;
mod outage;
mod process;
mod service;
mod support;
