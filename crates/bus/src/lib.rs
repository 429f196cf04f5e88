#![doc = include_str!("../README.md")]

mod connection;
pub mod consumer;
pub mod dead;
mod error;
mod publisher;
pub mod relay;
mod settings;
pub mod tap;
pub mod topology;
mod wire;

pub use connection::Bus;
pub use consumer::{Delivery, Outcome, Transient, consume};
pub use error::BusError;
pub use relay::Relay;
pub use settings::{BrokerUrl, Settings, lanes};
pub use tap::{Tap, Tapped};
