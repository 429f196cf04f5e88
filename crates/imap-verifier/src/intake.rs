//! From a raw mail to a stored verdict: judged without a transaction, stored in one.

mod evidence;
mod judge;
pub(crate) mod reason;
mod store;

pub(crate) use store::{Arrival, Body, Intake, Stored};
