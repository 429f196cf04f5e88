//! By what a delivery is known when it comes again.

use super::message::MessageRow;
use crate::schema::{delivery_keys, messages};
use db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// SHA-256 over what makes a delivery itself.
pub(crate) type DeliveryKey = [u8; 32];

/// The message that was stored under one of these keys. The source's cursor must be locked: then nobody else adds one.
pub(crate) async fn known(
    tx: &mut Tx,
    mailbox: Uuid,
    keys: &[DeliveryKey],
) -> QueryResult<Option<MessageRow>> {
    let keys: Vec<&[u8]> = keys.iter().map(<[u8; 32]>::as_slice).collect();
    let found: Option<Uuid> = delivery_keys::table
        .filter(delivery_keys::mailbox_id.eq(mailbox))
        .filter(delivery_keys::key.eq_any(keys))
        .select(delivery_keys::message_id)
        .first(tx)
        .await
        .optional()?;
    let Some(id) = found else { return Ok(None) };
    messages::table
        .find(id)
        .select(MessageRow::as_select())
        .first(tx)
        .await
        .optional()
}

/// Remembers a message under keys, of which some may be known.
pub(crate) async fn remember(
    tx: &mut Tx,
    mailbox: Uuid,
    message: Uuid,
    keys: &[DeliveryKey],
) -> QueryResult<()> {
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            (
                delivery_keys::mailbox_id.eq(mailbox),
                delivery_keys::key.eq(key.as_slice()),
                delivery_keys::message_id.eq(message),
            )
        })
        .collect();
    diesel::insert_into(delivery_keys::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx)
        .await
        .map(drop)
}
