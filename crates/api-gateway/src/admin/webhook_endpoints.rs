//! `/api/v1/admin/webhook-endpoints`: where merchants are told. webhook-dispatcher owns them.

pub(crate) mod create;
pub(crate) mod deliveries;
pub(crate) mod disable;
pub(crate) mod list;
pub(crate) mod resend;
