//! What a merchant is told: the events that follow from a bus event, their bytes, and their signatures.

mod body;
mod form;
mod js;
mod kind;
mod sign;

use domain::StatusName;
use domain::event::IntentSnapshot;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use body::{body, endpoint_body, test_body};
pub(crate) use form::{endpoint_form, form, own_body, test_form};
pub(crate) use kind::{MerchantEvent, merchant_events};
pub(crate) use sign::{Header, Signed, Signer};

/// One webhook about an intent, before it has bytes.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    /// The id that the merchant sees.
    pub(crate) id: Uuid,
    pub(crate) kind: MerchantEvent,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// Which of the webhooks of one bus event it is.
    pub(crate) part: i16,
    pub(crate) snapshot: &'a IntentSnapshot,
}

impl<'a> Told<'a> {
    /// The references of the money that came, as banks printed them, the one that completed the payment last.
    fn references(&self) -> Vec<&'a str> {
        let evidence = self.snapshot.evidence.iter();
        evidence.filter_map(|e| e.reference.as_deref()).collect()
    }

    /// Who paid last.
    fn payer_vpa(&self) -> Option<&'a str> {
        let last = self.snapshot.evidence.last()?;
        last.payer_vpa.as_ref().map(|vpa| vpa.as_str())
    }

    /// Whether a person must look.
    fn is_flagged(&self) -> bool {
        self.snapshot.status == StatusName::Review || self.snapshot.review_reason.is_some()
    }
}
