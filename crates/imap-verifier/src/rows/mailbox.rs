//! Mailboxes and sources that push.

mod reading;
mod state;
mod trust;

pub(crate) use reading::{
    choose_folder, connected, failed, looked_through, next_seq, password_refused, wanted,
};
pub(crate) use state::MailboxState;
pub(crate) use trust::{server_of, set_trusts_results, trusting};

use super::kind::SourceKind;
use crate::schema::mailboxes;
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use state::StateText;
use uuid::Uuid;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mailboxes)]
// Every column is given: a source that pushes has no folder, also none by default.
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct MailboxRow {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<i32>,
    pub(crate) username: Option<String>,
    /// `None` where access tokens are used instead: [`super::TokensRow`].
    pub(crate) sealed_password: Option<Vec<u8>>,
    /// As the merchant named it; empty where none was named.
    pub(crate) folder: Option<String>,
    #[diesel(deserialize_as = String, serialize_as = StateText)]
    pub(crate) state: MailboxState,
    pub(crate) auth_failures: i32,
    pub(crate) last_error: Option<String>,
    pub(crate) last_read_at: Option<DbTimestamp>,
    pub(crate) source_seq: i64,
    pub(crate) created_at: DbTimestamp,
    #[diesel(deserialize_as = String, serialize_as = StateText)]
    pub(crate) kind: SourceKind,
    /// Of a source that pushes.
    pub(crate) name: Option<String>,
    /// Where none was named, once it was chosen.
    pub(crate) chosen_folder: Option<String>,
    /// Since when every attempt to read it has failed.
    pub(crate) failing_since: Option<DbTimestamp>,
}

/// Where a mailbox is read.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
}

/// Where a mailbox's password stands.
pub(crate) fn password_place(id: &Uuid) -> Place<'_> {
    Place {
        column: "mail.mailboxes.sealed_password",
        row: id.as_bytes(),
    }
}

impl MailboxRow {
    /// `None` for a source that pushes.
    pub(crate) fn server(&self) -> Option<Server> {
        Some(Server {
            host: self.host.clone()?,
            port: u16::try_from(self.port?).unwrap_or(0),
            username: self.username.clone()?,
        })
    }

    /// The folder that is read; `None` where it is still to be chosen, and for a source that pushes.
    pub(crate) fn folder(&self) -> Option<&str> {
        let named = self.folder.as_deref().filter(|name| !name.is_empty());
        named.or(self.chosen_folder.as_deref())
    }

    /// False where this merchant has that mailbox already.
    pub(crate) async fn insert(self, conn: &mut Connection) -> QueryResult<bool> {
        let inserted = diesel::insert_into(mailboxes::table)
            .values(self)
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        Ok(inserted == 1)
    }

    pub(crate) async fn find(conn: &mut Connection, id: Uuid) -> QueryResult<Option<Self>> {
        mailboxes::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// The row, locked until the transaction ends: what its source says is said in order.
    pub(crate) async fn lock(conn: &mut Connection, id: Uuid) -> QueryResult<Option<Self>> {
        mailboxes::table
            .find(id)
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
            .optional()
    }

    /// All that are not removed and visible in this transaction, oldest first.
    pub(crate) async fn list(conn: &mut Connection) -> QueryResult<Vec<Self>> {
        mailboxes::table
            .filter(mailboxes::state.ne(MailboxState::Removed.as_str()))
            .select(Self::as_select())
            .order((mailboxes::created_at, mailboxes::id))
            .load(conn)
            .await
    }

    pub(crate) async fn set_state(
        conn: &mut Connection,
        id: Uuid,
        state: MailboxState,
    ) -> QueryResult<Self> {
        diesel::update(mailboxes::table.find(id))
            .set((
                mailboxes::state.eq(state.as_str()),
                mailboxes::auth_failures.eq(0),
                mailboxes::last_error.eq(None::<String>),
                mailboxes::failing_since.eq(None::<DbTimestamp>),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
    }
    /// Logs in with this password from the next attempt on.
    pub(crate) async fn set_password(
        conn: &mut Connection,
        id: Uuid,
        sealed: &[u8],
    ) -> QueryResult<()> {
        diesel::update(mailboxes::table.find(id))
            .set(mailboxes::sealed_password.eq(sealed))
            .execute(conn)
            .await
            .map(drop)
    }
}
