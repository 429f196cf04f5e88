//! The dispatcher on a real Postgres and RabbitMQ, telling a real HTTP receiver.
#![cfg(test)]

mod delivery;
mod endpoints;
mod support;
