//! Bus event → merchant events. Nobody else makes them.

use super::Subject;
use domain::StatusName;
use domain::event::{Event, IntentEvent, IntentSnapshot, RefundEvent};

/// The merchant events, in the words of their clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MerchantEvent {
    Pending,
    Confirming,
    Underpaid,
    Flagged,
    Success,
    Late,
    Overpaid,
    Expired,
    Cancelled,
    Failed,
    Reversed,
    RefundCreated,
    RefundProcessed,
    RefundFailed,
    UserAuthenticated,
    Test,
    EndpointDisabled,
}

impl MerchantEvent {
    pub(crate) const ALL: [Self; 17] = [
        Self::Pending,
        Self::Confirming,
        Self::Underpaid,
        Self::Flagged,
        Self::Success,
        Self::Late,
        Self::Overpaid,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::Reversed,
        Self::RefundCreated,
        Self::RefundProcessed,
        Self::RefundFailed,
        Self::UserAuthenticated,
        Self::Test,
        Self::EndpointDisabled,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "payment.pending",
            Self::Confirming => "payment.confirming",
            Self::Underpaid => "payment.underpaid",
            Self::Flagged => "payment.flagged",
            Self::Success => "payment.success",
            Self::Late => "payment.late",
            Self::Overpaid => "payment.overpaid",
            Self::Expired => "payment.expired",
            Self::Cancelled => "payment.cancelled",
            Self::Failed => "payment.failed",
            Self::Reversed => "payment.reversed",
            Self::RefundCreated => "refund.created",
            Self::RefundProcessed => "refund.processed",
            Self::RefundFailed => "refund.failed",
            Self::UserAuthenticated => "user.authenticated",
            Self::Test => "webhook.test",
            Self::EndpointDisabled => "webhook.endpoint_disabled",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == name)
    }

    /// An endpoint without a filter receives these; the others only when listed.
    pub(crate) const fn is_default(self) -> bool {
        !matches!(
            self,
            Self::Pending
                | Self::Confirming
                | Self::Cancelled
                | Self::UserAuthenticated
                | Self::Test
                | Self::EndpointDisabled
        )
    }
}

/// What a bus event is about, and what the merchant is told of it, in this order. `None` where that is nothing to merchants.
pub(crate) fn heard(event: &Event) -> Option<(Subject<'_>, Vec<MerchantEvent>)> {
    use MerchantEvent as M;
    match event {
        Event::Intent(event, snapshot) => {
            Some((Subject::Payment(snapshot), of_intent(*event, snapshot)))
        }
        Event::Refund(event, snapshot) => {
            let told = match event {
                RefundEvent::Created => M::RefundCreated,
                RefundEvent::Processed => M::RefundProcessed,
                RefundEvent::Failed => M::RefundFailed,
            };
            Some((Subject::Refund(snapshot), vec![told]))
        }
        Event::UserAuthenticated(sign_in) => {
            Some((Subject::SignIn(sign_in), vec![M::UserAuthenticated]))
        }
        Event::ObservationRecorded(_)
        | Event::ObservationDoubted(_)
        | Event::MailWatermark(_)
        | Event::MailSourceChanged(_)
        | Event::AccountMeasured(_)
        | Event::Merchant(..)
        | Event::EndpointDisabled(_) => None,
    }
}

/// `verifying` is nothing to a merchant, nor is what one of his people cleared.
fn of_intent(event: IntentEvent, snapshot: &IntentSnapshot) -> Vec<MerchantEvent> {
    use MerchantEvent as M;
    let entered = match event {
        IntentEvent::Created => return vec![M::Pending],
        IntentEvent::Flagged => return vec![M::Flagged],
        IntentEvent::Cleared => return vec![],
        IntentEvent::Overpaid => return vec![M::Overpaid],
        IntentEvent::Entered(state) => state,
    };
    match entered {
        StatusName::Pending => vec![M::Pending],
        StatusName::Confirming => vec![M::Confirming],
        StatusName::Underpaid => vec![M::Underpaid],
        StatusName::Verifying => vec![],
        StatusName::Review => vec![M::Flagged],
        StatusName::Settled => std::iter::once(M::Success)
            .chain(snapshot.late.then_some(M::Late))
            .chain(snapshot.excess.is_positive().then_some(M::Overpaid))
            .collect(),
        StatusName::Expired => vec![M::Expired],
        StatusName::Cancelled => vec![M::Cancelled],
        StatusName::Failed => vec![M::Failed],
        StatusName::Reversed => vec![M::Reversed],
    }
}
