//! `/api/v1/admin/intents`: what became of them, and why.

pub(crate) mod cancel;
pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod list;
pub(crate) mod unmatched;
