//! `/webhook-deliveries` and `/webhook-resends`: what was sent, how it went, and sending it again.

pub(crate) mod list;
pub(crate) mod progress;
pub(crate) mod resend;
pub(crate) mod resend_failed;
pub(crate) mod show;

const DELIVERY: &str = "delivery";
