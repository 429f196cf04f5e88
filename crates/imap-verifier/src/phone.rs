//! What a phone's forwarder app tells: an SMS or a notification, in whatever form the app or its user gives it.
//!
//! A phone is believed as far as its owner holds it: it shows a token or its app's signature. What it forwards proves a payment
//! only by who sent it: a header that is a bank's, or a business app. What anybody can send (a number, a chat) proves nothing.

mod fields;
mod payload;
mod salvage;
mod sender;
mod signature;
mod stamp;

pub(crate) use payload::{Payload, parse};
pub(crate) use sender::{Sender, bare, header};
pub(crate) use signature::{Scheme, Shown, holds};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An SMS or a notification, as it was forwarded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The header or number of an SMS, the title of a notification. Empty where none was given.
    pub(crate) sender: String,
    /// The package of the app that notified.
    pub(crate) app: Option<String>,
    pub(crate) text: String,
    /// When it was sent or received, by the phone's word.
    pub(crate) stamp: Option<Timestamp>,
    /// The forwarder's own id of it.
    pub(crate) id: Option<String>,
}
