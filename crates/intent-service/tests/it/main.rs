//! Against a real PostgreSQL and a real RabbitMQ. One binary, since each would be linked for itself.

#![expect(
    clippy::unwrap_used,
    reason = "functions beside the tests panic as the tests do; clippy.toml allows it inside test functions alone"
)]

mod accounts;
mod bank;
mod busy_shop;
mod cancel;
mod chance;
mod channels;
mod create;
mod create_races;
mod decision_races;
mod decisions;
mod dedication;
mod dedication_lifted;
mod doubts;
mod doubts_lifted;
mod evidence;
mod expiry;
mod hints;
mod invariants;
mod joining;
mod ladder;
mod late;
mod matches;
mod model;
mod outage;
mod payment_races;
mod permutations;
mod process;
mod races;
mod reversals;
mod reviews;
mod service;
mod suggestions;
mod support;
mod told;
mod word;
