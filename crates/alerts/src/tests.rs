//! Cases over the whole crate.

pub(crate) mod bank;
mod claims;
mod corpus;
mod signatures;
mod structure;
mod zones;
