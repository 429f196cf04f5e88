//! Merchants, their credentials, and what privileged callers did to them. One use case per file; every change says so on
//! the bus and in the audit log, in its own transaction.

pub(crate) mod audit;
mod change;
mod create;
pub(crate) mod credential;
mod demo;
mod error;
mod issue;
mod merchant;
mod revoke;
mod rotate;
#[cfg(test)]
mod tests;

pub(crate) use audit::Actor;
pub(crate) use change::{Change, change};
pub(crate) use create::{NewMerchant, create};
pub(crate) use demo::ensure_demo;
pub(crate) use error::Failure;
pub(crate) use issue::{Issued, Issuer, add_key};
pub(crate) use merchant::{Merchant, MerchantName, name_of};
pub(crate) use revoke::revoke;
pub(crate) use rotate::rotate;
