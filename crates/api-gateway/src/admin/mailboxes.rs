//! `/api/v1/admin/mailboxes`: where banks write to. imap-verifier owns them.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod results;
pub(crate) mod state;
pub(crate) mod test;
