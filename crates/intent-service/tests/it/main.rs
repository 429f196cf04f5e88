//! Against a real PostgreSQL and a real RabbitMQ. One binary, since each would be linked for itself.

#![expect(
    clippy::unwrap_used,
    reason = "functions beside the tests panic as the tests do; clippy.toml allows it inside test functions alone"
)]

mod accounts;
mod busy_shop;
mod cancel;
mod chance;
mod create;
mod create_races;
mod evidence;
mod expiry;
mod invariants;
mod ladder;
mod late;
mod model;
mod outage;
mod payment_races;
mod process;
mod races;
mod service;
mod support;
mod told;
