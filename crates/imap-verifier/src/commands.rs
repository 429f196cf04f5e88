//! What callers may ask for: one file per command.

pub(crate) mod add_mailbox;
pub(crate) mod add_push_source;
pub(crate) mod bind;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate_token;
pub(crate) mod rules;
pub(crate) mod set_limits;
pub(crate) mod set_login;
pub(crate) mod set_state;
pub(crate) mod test_mailbox;
pub(crate) mod trust_header;
pub(crate) mod trust_results;
