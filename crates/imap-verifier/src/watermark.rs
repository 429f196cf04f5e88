//! Up to when a mailbox is known to have been read.

use crate::app::App;
use crate::events;
use crate::reader::UNDECIDED_FOR;
use crate::rows::{Fence, Fenced, arrival, mailbox, message};
use db::types::{from_db, to_db};
use db::{Connection, Tx};
use domain::event::{Event, MailWatermark};
use domain::ids::MailboxId;
use jiff::Timestamp;
use uuid::Uuid;

/// Says that everything that reached the mailbox before `up_to` has been read, in one transaction with the cursor's own
/// record of it. A mail whose key could not be asked for holds it back: see [`held_at`].
pub(crate) async fn announce(
    app: &App,
    fence: Fence,
    uidvalidity: i64,
    up_to: Timestamp,
) -> Result<(), Fenced> {
    let clock = app.clock.clone();
    let stands = app
        .db
        .worker
        .transaction(async |tx: &mut Tx| {
            let now = clock.now();
            say(tx, fence, uidvalidity, up_to, now).await
        })
        .await?;
    let behind = app.clock.now().duration_since(stands).as_secs_f64();
    metrics::histogram!("noxpay_mail_watermark_lag_seconds").record(behind.max(0.0));
    Ok(())
}

/// The same for a source that pushes, which has just shown that it lives: everything that reached this service before now has
/// been dealt with, but for deliveries that are still being judged. `landed` is one that no longer is.
///
/// Now is read under the cursor's lock, and deliveries register under it: none that is registered later arrived before.
pub(crate) async fn sign_of_life(
    app: &App,
    mailbox: Uuid,
    landed: Option<Uuid>,
) -> Result<(), Fenced> {
    let (clock, fence) = (app.clock.clone(), Fence::pushed(mailbox));
    fence.claim(&mut *app.db.worker.get().await?).await?;
    app.db
        .worker
        .transaction(async |tx: &mut Tx| {
            fence.hold(tx).await?;
            let now = clock.now();
            if let Some(landed) = landed {
                arrival::end(tx, landed).await?;
            }
            let in_flight = arrival::oldest(tx, mailbox, now).await?;
            let up_to = in_flight.map_or(now, |arrived_at| arrived_at.min(now));
            say(tx, fence, 0, up_to, now).await
        })
        .await
        .map(drop)
}

/// Gives back what now stands.
async fn say(
    tx: &mut Tx,
    fence: Fence,
    uidvalidity: i64,
    up_to: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, Fenced> {
    let up_to = match held_at(tx, fence, uidvalidity, now).await? {
        Some(arrived_at) => arrived_at.min(up_to),
        None => up_to,
    };
    let up_to = fence.set_watermark(tx, up_to).await?;
    let last_seq = mailbox::looked_through(tx, fence.mailbox, now).await?;
    let watermark = MailWatermark {
        source_id: MailboxId::from_uuid(fence.mailbox).into(),
        up_to,
        last_seq,
    };
    events::append(tx, now, Event::MailWatermark(watermark)).await?;
    Ok(up_to)
}

/// When the oldest mail arrived that may still turn out to be a payment: undecided for less than six hours, and by a key
/// that has verified a mail of this mailbox before. Anybody can invent a selector whose DNS never answers; such a mail
/// holds nothing up.
async fn held_at(
    conn: &mut Connection,
    fence: Fence,
    uidvalidity: i64,
    now: Timestamp,
) -> Result<Option<Timestamp>, diesel::result::Error> {
    let since = to_db(now.checked_sub(UNDECIDED_FOR).unwrap_or(Timestamp::MIN));
    let waiting = message::undecided(conn, fence.mailbox, uidvalidity, since).await?;
    let held = waiting
        .into_iter()
        .filter(|m| m.key_seen)
        .map(|m| from_db(m.arrived_at));
    Ok(held.min())
}
