//! From a raw mail to a stored verdict: judged without a transaction, stored in one.

mod evidence;
mod judge;
mod limits;
mod message;
mod pushed;
pub(crate) mod reason;
mod store;
mod told;

pub(crate) use pushed::{Kept, Pushed};
pub(crate) use store::{Arrival, Body, Intake, Stored};
pub(crate) use told::Told;
