//! JSON objects read member by member, so that numbers stay exact, an error names its member, and a member that stands
//! there twice is refused rather than chosen from.

mod object;
mod strict;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use object::{Malformed, Object, Value};
pub(crate) use strict::check;
