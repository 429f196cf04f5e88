//! What payers see: a page drawn on the server, its state as JSON, and a stream of changes.
//!
//! Knowing an intent's id is the permission to see it, so that ids never reach a log, a `Referer` or a cache.

pub(crate) mod assets;
pub(crate) mod events;
pub(crate) mod hints;
mod look;
mod money;
pub(crate) mod page;
mod pages;
pub(crate) mod status;
mod template;
mod uri;

#[cfg(test)]
mod tests;

use look::{Unseen, look};
pub(crate) use pages::{Pages, follow};
