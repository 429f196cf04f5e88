//! What both sides are shown.

mod delivery;
mod endpoint;
mod event;
mod resend;

pub(crate) use delivery::DeliveryBody;
pub(crate) use endpoint::{EndpointBody, PingBody};
pub(crate) use event::EventsBody;
pub(crate) use resend::ResendBody;
