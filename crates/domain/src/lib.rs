#![doc = include_str!("../README.md")]

pub mod breach;
pub mod clock;
pub mod dialect;
pub mod error;
pub mod event;
pub mod evidence;
pub mod ids;
pub mod india;
pub mod interval;
pub mod matching;
pub mod mode;
pub mod money;
pub mod order_id;
pub mod policy;
pub mod status;
pub mod text;
pub mod utr;

pub use clock::Clock;
pub use error::ErrorCode;
pub use interval::{Interval, Precision};
pub use mode::Mode;
pub use money::{Currency, Money};
pub use order_id::OrderId;
pub use policy::Policy;
pub use status::{IntentStatus, ReviewReason, StatusName};
pub use utr::Utr;
