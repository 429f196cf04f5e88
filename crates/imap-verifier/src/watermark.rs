//! Up to when a mailbox is known to have been read.

use crate::app::App;
use crate::events;
use crate::reader::UNDECIDED_FOR;
use crate::rows::{Fence, Fenced, mailbox, message};
use db::types::{from_db, to_db};
use db::{Connection, Tx};
use domain::event::{Event, MailWatermark};
use domain::ids::MailboxId;
use jiff::Timestamp;

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
            Ok::<_, Fenced>(up_to)
        })
        .await?;
    let behind = app.clock.now().duration_since(stands).as_secs_f64();
    metrics::histogram!("noxpay_mail_watermark_lag_seconds").record(behind.max(0.0));
    Ok(())
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
