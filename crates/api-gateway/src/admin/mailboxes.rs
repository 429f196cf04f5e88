//! `/api/v1/admin/mailboxes`: where banks write to. imap-verifier owns them.

pub(crate) mod bind;
pub(crate) mod create;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod results;
pub(crate) mod revoke;
pub(crate) mod rotate_token;
pub(crate) mod state;
pub(crate) mod test;
pub(crate) mod trust_header;
