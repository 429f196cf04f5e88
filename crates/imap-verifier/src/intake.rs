//! From a raw mail to a stored verdict: judged without a transaction, stored in one.

mod evidence;
mod judge;
mod pushed;
mod store;

pub(crate) use pushed::{Kept, Pushed};
pub(crate) use store::{Arrival, Body, Intake, Stored};
