//! What a merchant is told: the events that follow from a bus event, their bytes, and their signatures.

mod body;
mod form;
mod js;
mod kind;
mod sign;
mod subject;

use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use body::{body, endpoint_body, test_body};
pub(crate) use form::{endpoint_form, form, own_body, test_form};
pub(crate) use kind::{MerchantEvent, heard};
pub(crate) use sign::{Header, Signed, Signer};
pub(crate) use subject::Subject;

/// One webhook, before it has bytes.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    /// The id that the merchant sees.
    pub(crate) id: Uuid,
    pub(crate) kind: MerchantEvent,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// Which of the webhooks of one bus event it is.
    pub(crate) part: i16,
    pub(crate) subject: Subject<'a>,
}
