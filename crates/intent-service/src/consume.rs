//! What comes from the broker, told apart.

use crate::core::Core;
use crate::error::Error;
use crate::{evidence, sources};
use bus::Outcome;
use domain::event::{Envelope, Event};

/// Handles one event in a transaction of its own. Handling it again changes nothing.
///
/// # Errors
/// What may pass: the broker hands the event over again.
pub async fn handle(core: &Core, envelope: &Envelope) -> Result<Outcome, Error> {
    let handled = match &envelope.event {
        Event::ObservationRecorded(told) => evidence::consume(core, envelope, told).await,
        Event::ObservationDoubted(told) => {
            Box::pin(evidence::doubt::consume(core, envelope, told)).await
        }
        Event::MailWatermark(heard) => sources::watermark(core, heard).await,
        Event::MailSourceChanged(change) => sources::changed(core, change).await,
        Event::Intent(..)
        | Event::Refund(..)
        | Event::UserAuthenticated(_)
        | Event::Merchant(..)
        | Event::AccountMeasured(_)
        | Event::EndpointDisabled(_) => {
            let kind = envelope.event.kind();
            Ok(Outcome::Dead(format!("{kind} is not consumed here")))
        }
    };
    match handled {
        Ok(outcome) => Ok(outcome),
        Err(error) => error.as_refusal().map(Outcome::Dead).ok_or(error),
    }
}
