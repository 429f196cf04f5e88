//! What intent-service measured about an account.

use crate::ids::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How late an account's alerts come: whoever reads alerts without a time needs it. The newest `measured_at` counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMeasured {
    pub account_id: AccountId,
    /// 99 of 100 alerts took no longer, in seconds; at least 120.
    pub alert_delay_s: i32,
    pub measured_at: Timestamp,
}
