//! What a mailbox says about itself.

use crate::ids::{AccountId, SourceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything that reached the source before `up_to` has been read, and nothing was said after `last_seq`.
///
/// It counts only once every event of the source up to `last_seq` is stored: queues do not keep order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailWatermark {
    pub source_id: SourceId,
    pub up_to: Timestamp,
    /// 0 where the source has said nothing yet.
    pub last_seq: i64,
}

/// Whether the source counts as a witness for these accounts, from `since` on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSourceChanged {
    pub source_id: SourceId,
    pub source_seq: i64,
    pub account_ids: Vec<AccountId>,
    pub counting: bool,
    pub since: Timestamp,
}
