//! What comes from the broker: what the gateway says about merchants, whose mailboxes are not read once they are disabled,
//! and what intent-service measured about accounts.

use crate::app::Shared;
use crate::owner;
use crate::rows::{BindingRow, merchant};
use bus::{Delivery, Outcome, Transient};
use db::types::to_db;
use db::{Tx, inbox};
use domain::event::{Event, MerchantChange};

/// Handles one event of this service's queue.
pub(crate) async fn handle(app: Shared, delivery: Delivery) -> Result<Outcome, Transient> {
    let envelope = delivery.envelope.as_ref();
    if let Event::AccountMeasured(measured) = &envelope.event {
        // Telling it again changes nothing, so that it needs no inbox row.
        let mut conn = app.db.worker.get().await?;
        let (account, at) = (measured.account_id.uuid(), to_db(measured.measured_at));
        BindingRow::measured(&mut conn, account, measured.alert_delay_s, at).await?;
        return Ok(Outcome::Ack);
    }
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
