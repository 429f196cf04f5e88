//! `/api/v1/admin/keys`: credentials, named by their key id.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;
