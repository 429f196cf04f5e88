//! What readers find out about a mailbox, and which there are to read.

use super::MailboxState;
use crate::schema::mailboxes;
use db::Connection;
use db::types::to_db;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// How many refusals of the password in a row end the attempts.
const MOST_AUTH_FAILURES: i32 = 3;

diesel::define_sql_function! {
    /// The first of the two that is there.
    fn coalesce(first: Nullable<Timestamptz>, second: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

/// The next sequence number of what the mailbox says as a source, gapless because the row stays locked to the end. `None` where
/// it was removed meanwhile: it says nothing more.
pub(crate) async fn next_seq(conn: &mut Connection, id: Uuid) -> QueryResult<Option<i64>> {
    diesel::update(mailboxes::table.find(id))
        .filter(mailboxes::state.ne(MailboxState::Removed.as_str()))
        .set(mailboxes::source_seq.eq(mailboxes::source_seq + 1))
        .returning(mailboxes::source_seq)
        .get_result(conn)
        .await
        .optional()
}

/// A session stands: earlier failures are forgotten.
pub(crate) async fn connected(conn: &mut Connection, id: Uuid) -> QueryResult<()> {
    diesel::update(mailboxes::table.find(id))
        .set((
            mailboxes::auth_failures.eq(0),
            mailboxes::last_error.eq(None::<String>),
            mailboxes::failing_since.eq(None::<DbTimestamp>),
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

/// Keeps a coarse code of the last failure, and when the first of them was.
pub(crate) async fn failed(
    conn: &mut Connection,
    id: Uuid,
    code: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(mailboxes::table.find(id))
        .set((
            mailboxes::last_error.eq(code),
            mailboxes::failing_since.eq(coalesce(mailboxes::failing_since, Some(to_db(now)))),
        ))
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
    now: Timestamp,
) -> QueryResult<Option<MailboxState>> {
    let failures: Option<i32> = diesel::update(mailboxes::table.find(id))
        .filter(mailboxes::state.eq(MailboxState::Active.as_str()))
        .set((
            mailboxes::auth_failures.eq(mailboxes::auth_failures + 1),
            mailboxes::last_error.eq(code),
            mailboxes::failing_since.eq(coalesce(mailboxes::failing_since, Some(to_db(now)))),
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
    db::statement(
        "SELECT m.id, (l.held_until > clock_timestamp()) IS TRUE AS held FROM mailboxes m \
         LEFT JOIN merchants x ON x.merchant_id = m.merchant_id \
         LEFT JOIN leases l ON l.name = 'mailbox:' || m.id \
         WHERE m.kind = 'imap' AND m.state = 'active' AND x.active IS NOT FALSE ORDER BY m.id",
    )
    .load(conn)
    .await
}
