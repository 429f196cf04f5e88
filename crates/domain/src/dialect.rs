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

/// An event type in the payment-gateway dialect, which knows four ends of a payment. What it has no word for keeps ours: its
/// clients pass over words that they do not know.
pub fn payment_gateway_event(event_type: &str) -> &str {
    match event_type {
        "payment.expired" | "payment.cancelled" | "payment.reversed" => "payment.failed",
        "payment.confirming" => "payment.pending",
        other => other,
    }
}
