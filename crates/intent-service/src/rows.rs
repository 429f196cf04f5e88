//! One small struct per table, with the queries that touch it.

pub mod account;
pub mod allocation;
pub mod channel;
pub mod claim;
pub mod decision;
pub mod declaration;
pub mod dedication;
pub mod doubt;
pub mod finding;
pub mod intent;
pub mod observation;
pub mod observed;
pub mod option;
pub mod proof;
pub mod reservation;
pub mod ruling;
mod sighting;
pub mod telling;
pub mod transition;
mod word;

pub use word::Word;

use db::types::MinorUnits;
use domain::{Currency, Money};

/// The only currency that the schema admits.
pub const fn rupees(minor: MinorUnits) -> Money {
    Money::from_minor(minor.0, Currency::Inr)
}
