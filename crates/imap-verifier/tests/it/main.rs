//! The service against real PostgreSQL, RabbitMQ and Dovecot.

mod bank;
mod commands;
mod dns;
mod forgeries;
mod imap;
mod reading;
mod replicas;
mod resilience;
mod stack;
mod watermarks;
