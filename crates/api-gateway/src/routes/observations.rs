//! `/api/v1/observations`: money that waits for a merchant's word.

pub(crate) mod decide;
pub(crate) mod list;
