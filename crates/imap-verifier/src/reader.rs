//! Reading one mailbox: a blocking IMAP session on a thread of its own.
//!
//! ```text
//! connect ─ log in ─ EXAMINE ─► scan ─ watermark ─ IDLE ─► scan …
//! ```
//!
//! A scan reads every message above the cursor, in order of UID, and each with its verdict is one transaction. What
//! reached the mailbox before the last, empty scan began has been read: that moment is the watermark. A session that fails
//! in any way ends, and the next one goes on at the cursor.

mod connect;
mod failure;
mod folder;
mod probe;
mod scan;
mod session;
mod socket;
mod wire;
mod xoauth2;

pub(crate) use connect::{Connector, Login, Target};
pub(crate) use failure::Failure;
pub(crate) use folder::Folder;
pub(crate) use probe::{Probe, probe};
pub(crate) use scan::UNDECIDED_FOR;
pub(crate) use session::{Context, run};
#[cfg(test)]
pub(crate) use wire::ANSWER;
pub(crate) use wire::Reins;
