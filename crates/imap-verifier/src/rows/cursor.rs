//! Where reading stands. Every write carries the writer's lease token and is refused once somebody newer was here.

use crate::schema::cursors;
use db::types::{from_db, to_db};
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// Who reads a mailbox: the token of the lease under which it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) mailbox: Uuid,
    pub(crate) token: i64,
}

/// Why a write came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fenced {
    /// Somebody with a newer lease reads this mailbox, or this was read before: stop.
    #[error("somebody newer reads this mailbox")]
    Superseded,
    /// A person removed it, or revoked the phone: what it says now is nobody's word.
    #[error("the source was removed")]
    Removed,
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// The last message that was dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct Position {
    #[diesel(sql_type = BigInt)]
    pub(crate) uidvalidity: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) last_uid: i64,
}

impl Fence {
    /// Of a source that pushes: nobody reads it, so that no lease is needed. Its cursor counts and locks.
    pub(crate) const fn pushed(mailbox: Uuid) -> Self {
        Self { mailbox, token: 0 }
    }

    /// The next number of a message that was pushed; whoever else takes one waits until the transaction ends.
    pub(crate) async fn next(self, tx: &mut Tx) -> Result<i64, Fenced> {
        let next = diesel::update(cursors::table.find(self.mailbox))
            .filter(cursors::fence.le(self.token))
            .set(cursors::last_uid.eq(cursors::last_uid + 1))
            .returning(cursors::last_uid)
            .get_result(tx)
            .await
            .optional()?;
        next.ok_or(Fenced::Superseded)
    }

    /// Takes the cursor over: from now on everybody older is refused.
    pub(crate) async fn claim(self, conn: &mut Connection) -> Result<Position, Fenced> {
        db::statement(
            "INSERT INTO cursors AS c (mailbox_id, uidvalidity, last_uid, fence) VALUES ($1, 0, 0, $2) \
             ON CONFLICT (mailbox_id) DO UPDATE SET fence = excluded.fence WHERE c.fence <= excluded.fence \
             RETURNING uidvalidity, last_uid",
        )
        .bind::<SqlUuid, _>(self.mailbox)
        .bind::<BigInt, _>(self.token)
        .get_result(conn)
        .await
        .optional()?
        .ok_or(Fenced::Superseded)
    }

    /// The server numbers its messages anew: everything is read again from the beginning.
    pub(crate) async fn start_over(
        self,
        conn: &mut Connection,
        uidvalidity: i64,
    ) -> Result<(), Fenced> {
        let rows = diesel::update(cursors::table.find(self.mailbox))
            .filter(cursors::fence.le(self.token))
            .set((
                cursors::uidvalidity.eq(uidvalidity),
                cursors::last_uid.eq(0),
                cursors::fence.eq(self.token),
            ))
            .execute(conn)
            .await?;
        exactly_one(rows)
    }

    /// Moves forward to `uid`, never back.
    pub(crate) async fn advance(
        self,
        conn: &mut Connection,
        uidvalidity: i64,
        uid: i64,
    ) -> Result<(), Fenced> {
        let rows = diesel::update(cursors::table.find(self.mailbox))
            .filter(cursors::fence.le(self.token))
            .filter(cursors::uidvalidity.eq(uidvalidity))
            .filter(cursors::last_uid.lt(uid))
            .set((cursors::last_uid.eq(uid), cursors::fence.eq(self.token)))
            .execute(conn)
            .await?;
        exactly_one(rows)
    }

    /// Refuses whoever is not the newest, and keeps everybody else out until the transaction ends.
    pub(crate) async fn hold(self, tx: &mut Tx) -> Result<(), Fenced> {
        let rows = diesel::update(cursors::table.find(self.mailbox))
            .filter(cursors::fence.le(self.token))
            .set(cursors::fence.eq(self.token))
            .execute(tx)
            .await?;
        exactly_one(rows)
    }

    /// Stores up to when the mailbox has been read; it never moves back. Gives back what now stands.
    pub(crate) async fn set_watermark(
        self,
        tx: &mut Tx,
        up_to: Timestamp,
    ) -> Result<Timestamp, Fenced> {
        self.hold(tx).await?;
        let known: Option<DbTimestamp> = cursors::table
            .find(self.mailbox)
            .select(cursors::watermark)
            .first(tx)
            .await?;
        let up_to = known.map(from_db).map_or(up_to, |known| known.max(up_to));
        diesel::update(cursors::table.find(self.mailbox))
            .set(cursors::watermark.eq(to_db(up_to)))
            .execute(tx)
            .await?;
        Ok(up_to)
    }
}

fn exactly_one(rows: usize) -> Result<(), Fenced> {
    match rows {
        1 => Ok(()),
        _ => Err(Fenced::Superseded),
    }
}

/// The watermarks of these mailboxes, where there is one.
pub(crate) async fn watermarks(
    conn: &mut Connection,
    mailboxes: &[Uuid],
) -> QueryResult<HashMap<Uuid, Timestamp>> {
    let rows: Vec<(Uuid, DbTimestamp)> = cursors::table
        .filter(cursors::mailbox_id.eq_any(mailboxes))
        .filter(cursors::watermark.is_not_null())
        .select((cursors::mailbox_id, cursors::watermark.assume_not_null()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, at)| (id, from_db(at))).collect())
}
