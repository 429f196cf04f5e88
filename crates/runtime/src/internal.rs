//! gRPC between our own processes: who calls, for whom, and what each caller may call.
//!
//! Every process knows `NOXPAY_INTERNAL_TOKEN`. A server holds a table of callers and the methods each may use; anything
//! else is refused before it reaches the service. Beyond loopback both ends also show certificates.

mod client;
mod context;
mod guard;
mod server;
mod settings;
#[cfg(test)]
mod tests;

pub use client::{ChannelError, ClientAuth, InternalChannel, channel, channel_within};
pub use context::{CallContext, Caller, keys};
pub use guard::{Callers, Guard, GuardLayer};
pub use server::{ServeError, serve};
pub use settings::{GrpcTls, InternalSettings, endpoint, listen};
