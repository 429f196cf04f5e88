//! Sources that push and have not been heard of.

use crate::app::Shared;
use crate::rows::push::silent_since;
use crate::rows::{MailboxRow, MailboxState};
use db::types::from_db;
use jiff::Timestamp;
use runtime::backoff::{Woken, pause};
use std::convert::Infallible;
use std::time::Duration;

/// How often they are counted.
const LOOK: Duration = Duration::from_secs(15);

/// The last moment at which a sign of life is not too long ago.
fn limit(now: Timestamp, silence: Duration) -> Timestamp {
    now.checked_sub(silence).unwrap_or(Timestamp::MIN)
}

/// Whether nobody knows what the source should have seen of late.
pub(crate) fn is_blind(row: &MailboxRow, now: Timestamp, silence: Duration) -> bool {
    let last = row.last_read_at.unwrap_or(row.created_at);
    row.kind.pushes() && row.state == MailboxState::Active && from_db(last) < limit(now, silence)
}

/// Counts the blind ones of the whole installation until the service stops. Every replica counts them all.
///
/// # Errors
/// None: it is a task for `Shutdown::spawn`.
pub(crate) async fn watch(app: Shared) -> Result<(), Infallible> {
    loop {
        let then = limit(app.clock.now(), app.reading.silence);
        let counted = async { silent_since(&mut *app.db.worker.get().await?, then).await }.await;
        match counted {
            Ok(blind) => {
                let blind = u32::try_from(blind).unwrap_or(u32::MAX);
                metrics::gauge!("noxpay_push_sources_blind").set(blind);
            }
            Err(error) => tracing::debug!(%error, "silent sources could not be counted"),
        }
        if pause(LOOK, &app.shutdown.soft).await == Woken::Stopping {
            return Ok(());
        }
    }
}
