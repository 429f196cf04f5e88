//! What every request and response has, whichever route it belongs to.

mod access;
mod body;
mod caller_address;
mod cors;
mod headers;
pub(crate) mod json;
mod request_id;

pub(crate) use access::access;
pub(crate) use body::{BodyError, read};
pub(crate) use caller_address::caller_address;
pub(crate) use cors::cors;
pub(crate) use headers::{headers, retry_after};
pub(crate) use request_id::{RequestId, request_id};
