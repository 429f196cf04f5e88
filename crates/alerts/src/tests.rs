//! Cases over the whole crate.

pub(crate) mod bank;
mod claims;
mod corpus;
mod forms;
mod free_text;
mod mutations;
mod signatures;
mod structure;
mod zones;
