//! The service against real PostgreSQL, RabbitMQ and Dovecot.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

mod bank;
mod commands;
mod dns;
mod fake_imap;
mod folders;
mod forgeries;
mod imap;
mod limits;
mod oauth;
mod provider;
mod reading;
mod replicas;
mod resilience;
mod stack;
mod states;
mod watermarks;
