//! How a source that pushes shows who it is.

use super::kind::SourceKind;
use super::mailbox::MailboxState;
use crate::schema::{mailboxes, merchants, push_sources};
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = push_sources)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct PushRow {
    pub(crate) mailbox_id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) scheme: String,
    pub(crate) sealed_key: Option<Vec<u8>>,
    pub(crate) per_payment_minor: Option<i64>,
    pub(crate) per_day_minor: Option<i64>,
}

/// As it is stored: tokens are 256 random bits, so that nobody guesses one from its hash.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// A source that pushes, and whether it may.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) push: PushRow,
    pub(crate) kind: SourceKind,
    /// Neither paused nor its merchant disabled.
    pub(crate) active: bool,
}

impl PushRow {
    pub(crate) async fn insert(self, conn: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(push_sources::table)
            .values(self)
            .execute(conn)
            .await
            .map(drop)
    }

    /// From now on the old token is nobody's.
    pub(crate) async fn rotate(
        conn: &mut Connection,
        id: Uuid,
        token_hash: Vec<u8>,
        sealed_key: Option<Vec<u8>>,
    ) -> QueryResult<()> {
        diesel::update(push_sources::table.find(id))
            .set((
                push_sources::token_hash.eq(token_hash),
                push_sources::sealed_key.eq(sealed_key),
            ))
            .execute(conn)
            .await
            .map(drop)
    }
}

/// The source with this token, unless it was removed.
pub(crate) async fn by_token(conn: &mut Connection, token: &str) -> QueryResult<Option<Known>> {
    let found = push_sources::table
        .inner_join(mailboxes::table)
        .left_join(merchants::table.on(merchants::merchant_id.eq(push_sources::merchant_id)))
        .filter(push_sources::token_hash.eq(token_hash(token)))
        .filter(mailboxes::state.ne(MailboxState::Removed.as_str()))
        .select((
            PushRow::as_select(),
            mailboxes::kind,
            mailboxes::state,
            merchants::active.nullable(),
        ))
        .first::<(PushRow, String, String, Option<bool>)>(conn)
        .await
        .optional()?;
    let known = |(push, kind, state, enabled): (PushRow, String, String, Option<bool>)| {
        let kind = SourceKind::try_from(kind).ok()?;
        let active = state == MailboxState::Active.as_str() && enabled != Some(false);
        Some(Known { push, kind, active })
    };
    Ok(found.and_then(known))
}

/// How many sources that push, and may, have been silent since `then`.
pub(crate) async fn silent_since(conn: &mut Connection, then: Timestamp) -> QueryResult<i64> {
    use diesel::dsl::not;
    let then: DbTimestamp = then.into();
    mailboxes::table
        .left_join(merchants::table.on(merchants::merchant_id.eq(mailboxes::merchant_id)))
        .filter(mailboxes::kind.ne(SourceKind::Imap.as_str()))
        .filter(mailboxes::state.eq(MailboxState::Active.as_str()))
        .filter(not(merchants::active
            .nullable()
            .is_not_distinct_from(false)))
        .filter(
            mailboxes::last_read_at.lt(then).or(mailboxes::last_read_at
                .is_null()
                .and(mailboxes::created_at.lt(then))),
        )
        .count()
        .get_result(conn)
        .await
}
