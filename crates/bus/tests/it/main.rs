//! The bus against a real broker and a real database.

#![expect(
    clippy::unwrap_used,
    reason = "the lint sees test functions, not their helpers"
)]

mod connection;
mod consumer;
mod dead;
mod outage;
mod relay;
mod stop;
mod support;
mod tap;
mod trust;
