//! The gateway in one process, with a database of its own and without the other services.

mod harness;
mod http;
mod input;
mod outage;

pub(crate) use harness::{ADMIN_KEY, Answer, Gateway};
