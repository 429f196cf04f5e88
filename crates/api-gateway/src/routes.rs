//! One endpoint per file. `router.rs` lists them.

pub(crate) mod alerts;
pub(crate) mod health;
pub(crate) mod intents;
pub(crate) mod not_found;
pub(crate) mod observations;
pub(crate) mod wake;
pub(crate) mod webhooks;
