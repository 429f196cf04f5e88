#![doc = include_str!("../README.md")]

pub mod admin;
pub mod backoff;
pub mod egress;
mod entry;
pub mod health;
pub mod internal;
pub mod listen;
pub mod sealing;
pub mod secrets;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod trace;

pub use backoff::Backoff;
pub use egress::Egress;
pub use entry::{Service, install_crypto, main};
pub use health::Health;
pub use sealing::SealingKeys;
pub use settings::{CommonSettings, Env, Environment, Invalid, Settings};
pub use shutdown::Shutdown;
pub use trace::TraceContext;
