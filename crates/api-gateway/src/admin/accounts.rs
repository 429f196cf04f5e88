//! `/api/v1/admin/accounts`: where money is received. intent-service owns them; imap-verifier knows whose alerts prove them.

pub(crate) mod channels;
pub(crate) mod create;
pub(crate) mod grant;
pub(crate) mod list;
pub(crate) mod proof;
pub(crate) mod prove;
pub(crate) mod restore_dedication;
