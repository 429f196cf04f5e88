//! Endpoints, deliveries, events: the same routes for a merchant's server and, under `/api/v1/admin`, for the operator.
//! webhook-dispatcher owns all of it; here requests are read, limited, written down and told.
//!
//! One route, one file. Each is written once, for whichever [`Side`] asks.

pub(crate) mod contacts;
pub(crate) mod deliveries;
pub(crate) mod endpoints;
pub(crate) mod events;
mod input;
mod polls;
mod side;
mod stopped;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use input::object_id;
pub(crate) use polls::Polls;
pub(crate) use side::{Asked, Asking, Merchant, Operator, Side, serve};
pub(crate) use stopped::Stopped;
