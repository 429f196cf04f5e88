//! Words of existing interfaces that more than one service says.

use crate::status::StatusName;

/// A state in the `NoxPay` dialect, which knows four; `sub_status` beside it says the rest.
pub const fn noxpay_status(status: StatusName) -> &'static str {
    match status {
        StatusName::Pending
        | StatusName::Confirming
        | StatusName::Underpaid
        | StatusName::Verifying
        | StatusName::Review => "pending",
        StatusName::Settled => "settled",
        StatusName::Expired => "expired",
        StatusName::Cancelled | StatusName::Failed | StatusName::Reversed => "failed",
    }
}
