//! What this service says on the bus, appended in the transaction of its cause.

use crate::rows::mailbox;
use db::{Tx, outbox};
use diesel::result::Error;
use domain::Clock;
use domain::event::{Envelope, Event, MailSourceChanged, Producer};
use domain::ids::{AccountId, MailboxId};
use jiff::Timestamp;
use uuid::Uuid;

/// Appends `event` with the trace of the span that is being worked in.
pub(crate) async fn append(tx: &mut Tx, at: Timestamp, event: Event) -> Result<(), Error> {
    let envelope = Envelope::new(Producer::ImapVerifier, at, event);
    outbox::append(tx, &envelope, &runtime::trace::current().to_map()).await
}

/// Says that the mailbox counts, or no longer counts, as a witness for these accounts. The mailbox's row must be locked, and not
/// removed yet:
/// `since` is taken under the lock, so that no watermark that was computed without the change reaches past it.
pub(crate) async fn source_changed(
    tx: &mut Tx,
    clock: &Clock,
    id: Uuid,
    accounts: Vec<AccountId>,
    counting: bool,
) -> Result<(), Error> {
    let source_seq = mailbox::next_seq(tx, id).await?.ok_or(Error::NotFound)?;
    let since = clock.now();
    let change = MailSourceChanged {
        source_id: MailboxId::from_uuid(id).into(),
        source_seq,
        account_ids: accounts,
        counting,
        since,
    };
    append(tx, since, Event::MailSourceChanged(change)).await
}
