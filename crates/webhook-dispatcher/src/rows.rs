//! Queries, next to the rows they touch.

pub(crate) mod deliveries;
pub(crate) mod endpoints;
pub(crate) mod events;
