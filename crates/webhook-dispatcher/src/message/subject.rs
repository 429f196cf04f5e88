//! What a webhook is about, as it stands after the event.

use domain::StatusName;
use domain::event::{IntentSnapshot, RefundSnapshot, SignIn};
use uuid::Uuid;

#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    Payment(&'a IntentSnapshot),
    Refund(&'a RefundSnapshot),
    SignIn(&'a SignIn),
}

impl Subject<'_> {
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Payment(_) => "payment",
            Self::Refund(_) => "refund",
            Self::SignIn(_) => "session",
        }
    }

    /// Whose events come in order.
    pub(crate) fn id(self) -> Uuid {
        match self {
            Self::Payment(s) => s.intent_id.uuid(),
            Self::Refund(s) => s.refund_id.uuid(),
            Self::SignIn(s) => s.session_id.uuid(),
        }
    }

    pub(crate) fn merchant(self) -> Uuid {
        match self {
            Self::Payment(s) => s.merchant_id.uuid(),
            Self::Refund(s) => s.merchant_id.uuid(),
            Self::SignIn(s) => s.merchant_id.uuid(),
        }
    }

    pub(crate) const fn live(self) -> bool {
        match self {
            Self::Payment(s) => s.live,
            Self::Refund(s) => s.live,
            Self::SignIn(s) => s.live,
        }
    }

    /// Gapless per object, from 1.
    pub(crate) const fn sequence(self) -> i64 {
        match self {
            Self::Payment(s) => s.sequence,
            Self::Refund(s) => s.sequence,
            Self::SignIn(s) => s.sequence,
        }
    }

    pub(crate) fn previous_status(self) -> Option<&'static str> {
        match self {
            Self::Payment(s) => s.previous_status.map(StatusName::as_str),
            Self::Refund(s) => s.previous_status.map(|status| status.as_str()),
            Self::SignIn(_) => None,
        }
    }
}

/// The references of the money that came, as banks printed them, the one that completed the payment last.
pub(super) fn references(snapshot: &IntentSnapshot) -> Vec<&str> {
    let evidence = snapshot.evidence.iter();
    evidence.filter_map(|e| e.reference.as_deref()).collect()
}

/// Who paid last.
pub(super) fn payer_vpa(snapshot: &IntentSnapshot) -> Option<&str> {
    let last = snapshot.evidence.last()?;
    last.payer_vpa.as_ref().map(|vpa| vpa.as_str())
}

/// Whether a person must look.
pub(super) fn is_flagged(snapshot: &IntentSnapshot) -> bool {
    snapshot.status == StatusName::Review || snapshot.review_reason.is_some()
}
