#![doc = include_str!("../README.md")]

pub mod broker;
pub mod env;
pub mod mailbox;
pub mod pg;
pub mod proxy;
pub mod servers;
pub mod wait;

pub use broker::{EventPublisher, TestBroker};
pub use mailbox::TestMailbox;
pub use pg::TestDb;
pub use proxy::ChaosProxy;
pub use servers::{OwnServers, Server};
