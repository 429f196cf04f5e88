//! The events on the bus: `CloudEvents` 1.0 in JSON structured mode, one Rust type per event type.

mod account;
mod envelope;
mod intent;
mod mail;
mod merchant;
mod observation;
mod refund;
mod user;
mod webhook;

pub use account::AccountMeasured;
pub use envelope::{Envelope, EventError, Producer};
pub use intent::{EvidenceSummary, IntentEvent, IntentSnapshot};
pub use mail::{MailSourceChanged, MailWatermark};
pub use merchant::{MerchantChange, MerchantSnapshot};
pub use observation::{Observation, ObservationsDoubted};
pub use refund::{RefundEvent, RefundSnapshot, RefundStatus};
pub use user::{SignIn, Wallet};
pub use webhook::EndpointDisabled;

/// Everything that may be said on the bus.
#[derive(Clone, Debug)]
pub enum Event {
    /// `intent.created` and one `intent.<state>` per entry into a state.
    Intent(IntentEvent, Box<IntentSnapshot>),
    /// `refund.created`, `refund.processed`, `refund.failed`.
    Refund(RefundEvent, Box<RefundSnapshot>),
    /// `observation.recorded`: authentic and bound evidence.
    ObservationRecorded(Box<Observation>),
    /// `observation.doubted`: evidence that its source is not believed in any more.
    ObservationDoubted(ObservationsDoubted),
    /// `mail.watermark`: up to when a mailbox is known to have been read.
    MailWatermark(MailWatermark),
    /// `mail.source_changed`: whether a mailbox counts for an account.
    MailSourceChanged(MailSourceChanged),
    /// `account.measured`: how late an account's alerts come.
    AccountMeasured(AccountMeasured),
    /// `merchant.created`, `merchant.changed`, `merchant.disabled`.
    Merchant(MerchantChange, MerchantSnapshot),
    /// `user.authenticated`: a merchant's user signed in.
    UserAuthenticated(Box<SignIn>),
    /// `webhook.endpoint_disabled`: deliveries to an endpoint stopped without its merchant's word.
    EndpointDisabled(EndpointDisabled),
}

#[cfg(test)]
mod tests;
