//! The whole of NoxPay, as separate processes on real servers, for tests that enter where the world does: by REST, by a
//! mail to the merchant's mailbox, and at the merchant's webhook listener. Nothing here writes a table, but `fill`.

mod aftermath;
pub mod answers;
pub mod bank;
pub mod browser;
mod command;
pub mod fill;
pub mod hook;
pub mod otlp;
pub mod phone;
pub mod plans;
pub mod process;
pub mod rest;
mod settings;
mod shop;
pub mod sinks;
pub mod sql;
pub mod stack;

pub use bank::Bank;
pub use browser::Browser;
pub use command::Ended;
pub use hook::Hook;
pub use rest::{Answer, Rest};
pub use sinks::{Manners, Sinks};
pub use sql::Sql;
pub use stack::Stack;
