//! What comes from the broker: what the gateway says about merchants. A disabled merchant's mailboxes are not read.

use crate::app::Shared;
use crate::owner;
use crate::rows::merchant;
use bus::{Delivery, Outcome, Transient};
use db::{Tx, inbox};
use domain::event::{Event, MerchantChange};

/// Handles one event of this service's queue.
pub(crate) async fn handle(app: Shared, delivery: Delivery) -> Result<Outcome, Transient> {
    let envelope = delivery.envelope.as_ref();
    let Event::Merchant(change, snapshot) = &envelope.event else {
        return Ok(Outcome::Dead(format!(
            "{} is nothing for imap-verifier",
            envelope.event.kind()
        )));
    };
    let mut snapshot = snapshot.clone();
    snapshot.active &= *change != MerchantChange::Disabled;
    let changed = app
        .db
        .worker
        .transaction(async |tx: &mut Tx| {
            if !inbox::first_time(tx, envelope).await? {
                return Ok(false);
            }
            merchant::remember(tx, &snapshot).await
        })
        .await?;
    if changed {
        owner::wake(&app);
    }
    Ok(Outcome::Ack)
}
