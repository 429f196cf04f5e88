//! `/api/v1/admin/observations`: money that waits for a person, and what a person decides about it.

pub(crate) mod decide;
pub(crate) mod list;
