//! The dispatcher on a real Postgres and RabbitMQ, telling a real HTTP receiver.
#![cfg(test)]

mod conformance;
mod delivery;
mod endpoints;
mod feed;
mod health;
mod order;
mod other_events;
mod resend;
mod retention;
mod snippets;
mod support;
mod verifiers;
