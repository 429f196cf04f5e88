//! The `NoxPay` interface, which is also the native v1 one.

mod create_payment;
mod errors;
mod fields;
mod intent;
mod proof;
#[cfg(test)]
mod tests;
mod webhook;

pub(crate) use create_payment::{Asked, CreatePayment, parse};
pub(crate) use errors::refuse;
pub(crate) use intent::{IntentBody, created, shown};
pub(crate) use proof::Proof;
pub(crate) use webhook::{WebhookLog, no_webhook, ping, pinged};
