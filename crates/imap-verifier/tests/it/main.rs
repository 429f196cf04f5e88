//! The service against real PostgreSQL, RabbitMQ and Dovecot.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

mod bank;
mod bodies;
mod commands;
mod dns;
mod fake_imap;
mod folders;
mod forgeries;
mod imap;
mod keys;
mod limits;
mod logins;
mod measured;
mod oauth;
mod phones;
mod posted;
mod provider;
mod reading;
mod replicas;
mod resilience;
mod results;
mod rules;
mod sql;
mod stack;
mod states;
mod watermarks;
