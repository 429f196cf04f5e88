//! What a merchant is told: the events that follow from a bus event, their bytes, and their signatures.

mod body;
mod kind;
mod sign;

pub(crate) use body::body;
pub(crate) use kind::{MerchantEvent, merchant_events};
pub(crate) use sign::headers;
