use crate::schema::mailboxes;
use db::Connection;
use db::types::to_db;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use uuid::Uuid;

/// How many refusals of the password in a row end the attempts.
const MOST_AUTH_FAILURES: i32 = 3;

/// Whether a mailbox is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailboxState {
    Active,
    Paused,
    /// The server refused the password three times; tried again when resumed.
    AuthFailed,
    /// Final.
    Removed,
}

impl MailboxState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::AuthFailed => "auth_failed",
            Self::Removed => "removed",
        }
    }

    /// Whether its accounts rely on it as a witness. One whose password fails is still relied on: it is blind, not gone,
    /// and its watermark stands still until a person does something.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::Active | Self::AuthFailed)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown mailbox state {0:?}")]
pub(crate) struct UnknownState(String);

impl TryFrom<String> for MailboxState {
    type Error = UnknownState;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Active, Self::Paused, Self::AuthFailed, Self::Removed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or(UnknownState(text))
    }
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mailboxes)]
pub(crate) struct MailboxRow {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) host: String,
    pub(crate) port: i32,
    pub(crate) username: String,
    /// `None` where access tokens are used instead: [`super::TokensRow`].
    pub(crate) sealed_password: Option<Vec<u8>>,
    /// As the merchant named it; empty where none was named.
    pub(crate) folder: String,
    #[diesel(deserialize_as = String, serialize_as = StateText)]
    pub(crate) state: MailboxState,
    pub(crate) auth_failures: i32,
    pub(crate) last_error: Option<String>,
    pub(crate) last_read_at: Option<DbTimestamp>,
    pub(crate) source_seq: i64,
    pub(crate) created_at: DbTimestamp,
    /// Where none was named, once it was chosen.
    pub(crate) chosen_folder: Option<String>,
}

/// A state on its way into its column.
#[derive(diesel::AsExpression, Debug)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub(crate) struct StateText(&'static str);

impl From<MailboxState> for StateText {
    fn from(state: MailboxState) -> Self {
        Self(state.as_str())
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for StateText {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(
            self.0, out,
        )
    }
}

/// Where a mailbox's password stands.
pub(crate) fn password_place(id: &Uuid) -> Place<'_> {
    Place {
        column: "mail.mailboxes.sealed_password",
        row: id.as_bytes(),
    }
}

impl MailboxRow {
    /// The folder that is read; `None` where it is still to be chosen.
    pub(crate) fn folder(&self) -> Option<&str> {
        let named = Some(self.folder.as_str()).filter(|name| !name.is_empty());
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
            ))
            .returning(Self::as_returning())
            .get_result(conn)
            .await
    }
}

/// The next sequence number of what the mailbox says as a source, gapless because the row stays locked to the end.
pub(crate) async fn next_seq(conn: &mut Connection, id: Uuid) -> QueryResult<i64> {
    diesel::update(mailboxes::table.find(id))
        .set(mailboxes::source_seq.eq(mailboxes::source_seq + 1))
        .returning(mailboxes::source_seq)
        .get_result(conn)
        .await
}

/// A session stands: earlier failures are forgotten.
pub(crate) async fn connected(conn: &mut Connection, id: Uuid) -> QueryResult<()> {
    diesel::update(mailboxes::table.find(id))
        .set((
            mailboxes::auth_failures.eq(0),
            mailboxes::last_error.eq(None::<String>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Keeps the folder that was chosen where none was named. False where another was chosen before.
pub(crate) async fn choose_folder(
    conn: &mut Connection,
    id: Uuid,
    folder: &str,
) -> QueryResult<bool> {
    let rows = diesel::update(mailboxes::table.find(id))
        .filter(mailboxes::chosen_folder.is_null())
        .set(mailboxes::chosen_folder.eq(folder))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// The mailbox was looked through at `at`. Gives back the last sequence number that its source said anything under;
/// whoever is about to say something is waited for.
pub(crate) async fn looked_through(
    conn: &mut Connection,
    id: Uuid,
    at: Timestamp,
) -> QueryResult<i64> {
    diesel::update(mailboxes::table.find(id))
        .set(mailboxes::last_read_at.eq(to_db(at)))
        .returning(mailboxes::source_seq)
        .get_result(conn)
        .await
}

/// Keeps a coarse code of the last failure.
pub(crate) async fn failed(conn: &mut Connection, id: Uuid, code: &str) -> QueryResult<()> {
    diesel::update(mailboxes::table.find(id))
        .set(mailboxes::last_error.eq(code))
        .execute(conn)
        .await
        .map(drop)
}

/// Counts a refused password; the third in a row ends the attempts. Gives back the state, `None` where a person has paused
/// or removed the mailbox meanwhile.
pub(crate) async fn password_refused(
    conn: &mut Connection,
    id: Uuid,
    code: &str,
) -> QueryResult<Option<MailboxState>> {
    let failures: Option<i32> = diesel::update(mailboxes::table.find(id))
        .filter(mailboxes::state.eq(MailboxState::Active.as_str()))
        .set((
            mailboxes::auth_failures.eq(mailboxes::auth_failures + 1),
            mailboxes::last_error.eq(code),
        ))
        .returning(mailboxes::auth_failures)
        .get_result(conn)
        .await
        .optional()?;
    let Some(failures) = failures else {
        return Ok(None);
    };
    if failures < MOST_AUTH_FAILURES {
        return Ok(Some(MailboxState::Active));
    }
    // Guarded: a person who paused it in between keeps the last word.
    let changed = diesel::update(mailboxes::table.find(id))
        .filter(mailboxes::state.eq(MailboxState::Active.as_str()))
        .set(mailboxes::state.eq(MailboxState::AuthFailed.as_str()))
        .execute(conn)
        .await?;
    Ok((changed == 1).then_some(MailboxState::AuthFailed))
}

/// A mailbox that should be read, and whether somebody holds it.
#[derive(Debug, QueryableByName)]
pub(crate) struct Wanted {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub(crate) held: bool,
}

/// Every mailbox that should be read: active, and its merchant not disabled.
pub(crate) async fn wanted(conn: &mut Connection) -> QueryResult<Vec<Wanted>> {
    diesel::sql_query(
        "SELECT m.id, (l.held_until > clock_timestamp()) IS TRUE AS held FROM mailboxes m \
         LEFT JOIN merchants x ON x.merchant_id = m.merchant_id \
         LEFT JOIN leases l ON l.name = 'mailbox:' || m.id \
         WHERE m.state = 'active' AND x.active IS NOT FALSE ORDER BY m.id",
    )
    .load(conn)
    .await
}
