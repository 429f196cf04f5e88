//! How a source that pushes shows who it is.

use super::kind::SourceKind;
use super::mailbox::MailboxState;
use crate::schema::{mailboxes, merchants, push_sources};
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use runtime::sealing::Place;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
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

/// Where the key of a source's signatures stands.
pub(crate) fn key_place(id: &Uuid) -> Place<'_> {
    Place {
        column: "mail.push_sources.sealed_key",
        row: id.as_bytes(),
    }
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

    pub(crate) async fn find(conn: &mut Connection, id: Uuid) -> QueryResult<Option<Self>> {
        push_sources::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// All that are visible in this transaction.
    pub(crate) async fn all(conn: &mut Connection) -> QueryResult<HashMap<Uuid, Self>> {
        let rows: Vec<Self> = push_sources::table
            .select(Self::as_select())
            .load(conn)
            .await?;
        Ok(rows.into_iter().map(|r| (r.mailbox_id, r)).collect())
    }

    pub(crate) async fn set_limits(
        conn: &mut Connection,
        id: Uuid,
        per_payment: i64,
        per_day: i64,
    ) -> QueryResult<()> {
        diesel::update(push_sources::table.find(id))
            .set((
                push_sources::per_payment_minor.eq(per_payment),
                push_sources::per_day_minor.eq(per_day),
            ))
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

/// By what a source is looked for.
pub(crate) enum By<'a> {
    Token(&'a str),
    /// Which shows nothing: its app must have signed.
    Id(Uuid),
}

/// The source, unless it was removed.
pub(crate) async fn known(conn: &mut Connection, by: By<'_>) -> QueryResult<Option<Known>> {
    let (id, hash) = match by {
        By::Id(id) => (Some(id), None),
        By::Token(token) => (None, Some(token_hash(token))),
    };
    let found = push_sources::table
        .inner_join(mailboxes::table)
        .left_join(merchants::table.on(merchants::merchant_id.eq(push_sources::merchant_id)))
        .filter(
            push_sources::token_hash
                .nullable()
                .eq(hash)
                .or(push_sources::mailbox_id.nullable().eq(id)),
        )
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
