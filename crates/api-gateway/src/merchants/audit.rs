//! What privileged callers did. Written in the transaction of the effect where the effect is ours, before it otherwise.

use crate::decisions::Said;
use crate::schema::audit_log;
use db::types::{JsonText, to_db};
use db::{Connection, Scope, Tx};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::ids::MerchantId;
use jiff::Timestamp;
use std::borrow::Cow;
use uuid::Uuid;

/// Who did it, and in which request.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// `admin`, or `key:` and the credential's id.
    pub name: Cow<'static, str>,
    pub request_id: String,
    /// The caller's Idempotency-Key, where there is one.
    pub idempotency_key: Option<String>,
}

/// One use of a privilege.
pub(crate) struct Entry<'a> {
    pub action: &'static str,
    /// The id of what it was done to.
    pub subject: &'a str,
    pub merchant: Option<MerchantId>,
    pub mode: Option<Mode>,
}

/// Writes a row.
pub(crate) async fn record(
    conn: &mut Connection,
    actor: &Actor,
    entry: &Entry<'_>,
    at: Timestamp,
) -> QueryResult<()> {
    let detail = actor
        .idempotency_key
        .as_ref()
        .map(|key| JsonText::new(serde_json::json!({ "idempotency_key": key }).to_string()));
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::merchant_id.eq(entry.merchant.map(MerchantId::uuid)),
            audit_log::live.eq(entry.mode.map(Mode::is_live)),
            audit_log::actor.eq(actor.name.as_ref()),
            audit_log::action.eq(entry.action),
            audit_log::subject.eq(entry.subject),
            audit_log::detail.eq(detail),
            audit_log::request_id.eq(&actor.request_id),
            audit_log::at.eq(to_db(at)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// A person's word about money.
pub(crate) struct Word<'a> {
    pub actor: &'a str,
    pub request_id: &'a str,
    pub idempotency_key: Option<&'a str>,
    pub action: &'a str,
    /// The id of what it is about.
    pub subject: &'a str,
    pub scope: Scope,
    pub said: &'a Said,
}

/// Writes a row about a person's word, before its effect in another service.
pub(crate) async fn record_word(
    conn: &mut Connection,
    word: &Word<'_>,
    at: Timestamp,
) -> QueryResult<()> {
    let accept: Vec<&str> = word.said.accept.iter().map(|b| b.as_str()).collect();
    let mut detail = serde_json::json!({ "reason": word.said.reason.as_str(), "accept": accept });
    if let Some(key) = word.idempotency_key.filter(|key| !key.is_empty()) {
        detail["idempotency_key"] = key.into();
    }
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::merchant_id.eq(word.scope.merchant.uuid()),
            audit_log::live.eq(word.scope.mode.is_live()),
            audit_log::actor.eq(word.actor),
            audit_log::action.eq(word.action),
            audit_log::subject.eq(word.subject),
            audit_log::detail.eq(JsonText::new(detail.to_string())),
            audit_log::request_id.eq(word.request_id),
            audit_log::at.eq(to_db(at)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// A row as it was written.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AuditRow {
    pub id: i64,
    pub merchant_id: Option<Uuid>,
    pub live: Option<bool>,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: Option<JsonText>,
    pub request_id: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
}

/// The newest rows, of one merchant or of all, written before one of them.
pub(crate) async fn newest(
    conn: &mut Connection,
    scope: Option<Scope>,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<AuditRow>> {
    let mut query = audit_log::table
        .order(audit_log::id.desc())
        .limit(limit)
        .select(AuditRow::as_select())
        .into_boxed();
    if let Some(scope) = scope {
        query = query
            .filter(audit_log::merchant_id.eq(scope.merchant.uuid()))
            .filter(audit_log::live.eq(scope.mode.is_live()));
    }
    if let Some(before) = before {
        query = query.filter(audit_log::id.lt(before));
    }
    query.load(conn).await
}

/// Whether `action` was already done under the actor's Idempotency-Key. Calls with one key wait for each other here, so
/// that of two at once one does it and the other learns of it.
pub(crate) async fn was_done(tx: &mut Tx, actor: &Actor, action: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let Some(key) = &actor.idempotency_key else {
        return Ok(false);
    };
    db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793603))")
        .bind::<Text, _>(format!("{action}/{key}"))
        .execute(tx)
        .await?;
    db::statement(
        "SELECT EXISTS (SELECT FROM audit_log WHERE action = $1 AND detail ->> 'idempotency_key' = $2) AS found",
    )
    .bind::<Text, _>(action)
    .bind::<Text, _>(key)
    .get_result::<Found>(tx)
    .await
    .map(|row| row.found)
}

/// Writes a row unless the same action was asked for before under the actor's Idempotency-Key, by the same merchant in the same
/// mode. Asked, not done: where the effect is another service's, and shows a secret, it must not be repeated whatever became of
/// the first.
pub(crate) async fn record_once(
    tx: &mut Tx,
    actor: &Actor,
    entry: &Entry<'_>,
    at: Timestamp,
) -> QueryResult<bool> {
    if let Some(key) = &actor.idempotency_key {
        let (merchant, live) = (
            entry.merchant.map(MerchantId::uuid),
            entry.mode.map(Mode::is_live),
        );
        // Calls with one key wait for each other.
        db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793603))")
            .bind::<Text, _>(format!("{}/{merchant:?}/{live:?}/{key}", entry.action))
            .execute(tx)
            .await?;
        let asked: bool = diesel::select(diesel::dsl::exists(
            audit_log::table
                .filter(audit_log::merchant_id.is_not_distinct_from(merchant))
                .filter(audit_log::live.is_not_distinct_from(live))
                .filter(audit_log::action.eq(entry.action))
                .filter(sql::<Bool>("detail ->> 'idempotency_key' = ").bind::<Text, _>(key)),
        ))
        .get_result(tx)
        .await?;
        if asked {
            return Ok(false);
        }
    }
    record(tx, actor, entry, at).await?;
    Ok(true)
}
