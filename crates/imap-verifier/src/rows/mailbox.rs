use super::kind::SourceKind;
use crate::schema::mailboxes;
use db::Connection;
use db::types::to_db;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use std::collections::{HashMap, HashSet};
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
}

/// Where a mailbox is read.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
}

/// A state or kind on its way into its column.
#[derive(diesel::AsExpression, Debug)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub(crate) struct StateText(&'static str);

impl From<MailboxState> for StateText {
    fn from(state: MailboxState) -> Self {
        Self(state.as_str())
    }
}

impl From<SourceKind> for StateText {
    fn from(kind: SourceKind) -> Self {
        Self(kind.as_str())
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

/// Every mailbox that should be read: over IMAP, active, and its merchant not disabled.
pub(crate) async fn wanted(conn: &mut Connection) -> QueryResult<Vec<Wanted>> {
    diesel::sql_query(
        "SELECT m.id, (l.held_until > clock_timestamp()) IS TRUE AS held FROM mailboxes m \
         LEFT JOIN merchants x ON x.merchant_id = m.merchant_id \
         LEFT JOIN leases l ON l.name = 'mailbox:' || m.id \
         WHERE m.kind = 'imap' AND m.state = 'active' AND x.active IS NOT FALSE ORDER BY m.id",
    )
    .load(conn)
    .await
}

/// Where a mailbox is, as far as its server's word is concerned.
#[derive(Debug, QueryableByName)]
pub(crate) struct ServerOf {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    pub(crate) host: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub(crate) state: String,
    /// Whether its owner lets the server vouch for unsigned mails.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub(crate) trusts_results: bool,
}

/// `None` where there is no such mailbox.
pub(crate) async fn server_of(conn: &mut Connection, id: Uuid) -> QueryResult<Option<ServerOf>> {
    diesel::sql_query("SELECT host, state, trusts_results FROM mailboxes WHERE id = $1")
        .bind::<diesel::sql_types::Uuid, _>(id)
        .get_result(conn)
        .await
        .optional()
}

/// The mailboxes whose owner lets their server vouch for unsigned mails.
pub(crate) async fn trusting(conn: &mut Connection) -> QueryResult<HashSet<Uuid>> {
    let ids: Vec<Uuid> = mailboxes::table
        .filter(mailboxes::trusts_results)
        .select(mailboxes::id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().collect())
}

pub(crate) type Kinds = HashMap<Uuid, SourceKind>;

/// The kinds of all sources that are visible in this transaction, also of those that are removed.
pub(crate) async fn kinds(conn: &mut Connection) -> QueryResult<Kinds> {
    let rows: Vec<(Uuid, String)> = mailboxes::table
        .select((mailboxes::id, mailboxes::kind))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(id, kind)| {
            let kind = SourceKind::try_from(kind)
                .map_err(|e| diesel::result::Error::DeserializationError(Box::new(e)))?;
            Ok((id, kind))
        })
        .collect()
}

/// Every source that told of anything has its row for ever.
pub(crate) fn kind_of(kinds: &Kinds, source: Uuid) -> SourceKind {
    kinds.get(&source).copied().unwrap_or(SourceKind::Imap)
}

pub(crate) async fn set_trusts_results(
    conn: &mut Connection,
    id: Uuid,
    trust: bool,
) -> QueryResult<()> {
    diesel::update(mailboxes::table.find(id))
        .set(mailboxes::trusts_results.eq(trust))
        .execute(conn)
        .await
        .map(drop)
}
