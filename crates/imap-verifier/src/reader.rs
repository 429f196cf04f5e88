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
mod scan;
mod session;
mod wire;

pub(crate) use connect::{Connector, Target};
pub(crate) use failure::Failure;
pub(crate) use scan::UNDECIDED_FOR;
pub(crate) use session::{Context, probe, run};
pub(crate) use wire::Reins;
