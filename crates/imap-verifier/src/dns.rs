//! Where DKIM keys are asked for.

mod asked;
mod keys;
mod patience;

pub(crate) use asked::Resolver;
pub(crate) use keys::Keys;
pub(crate) use patience::{Impatient, Patience};
