//! `/api/v1/admin`: what the operator does, with the admin key. Every use leaves a row in the audit log.
//!
//! Calls name the merchant with `merchant_id` and the mode with `mode` (`live` or `test`), in the query or in the JSON body.
//! Errors are `application/problem+json` (RFC 9457) with a stable `code`, and `field` where one is wrong.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod dead;
pub(crate) mod demo;
mod guard;
mod input;
pub(crate) mod intents;
pub(crate) mod keys;
pub(crate) mod mailboxes;
pub(crate) mod mails;
pub(crate) mod merchants;
pub(crate) mod observations;
pub(crate) mod parser_rules;
mod problem;
mod scope;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use guard::Admin;
pub(crate) use input::{Body, Input, limit, limit_to, query};
pub(crate) use problem::Problem;
pub(crate) use scope::{parse_mode, scope_of};
pub(crate) use view::{DoubtBody, EvidenceBody, listed, text, time};

/// There is no such thing, or no such thing to do.
fn not_found() -> Problem {
    Problem::new(domain::ErrorCode::NotFound, "there is no such thing")
}
