//! What privileged callers did. Written in the transaction of the effect where the effect is ours, before it otherwise.

use crate::schema::audit_log;
use db::types::{JsonText, to_db};
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use domain::Mode;
use domain::ids::MerchantId;
use jiff::Timestamp;

/// Who did it, and in which request.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// `admin`.
    pub name: &'static str,
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
            audit_log::actor.eq(actor.name),
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
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793603))")
        .bind::<Text, _>(format!("{action}/{key}"))
        .execute(tx)
        .await?;
    diesel::sql_query(
        "SELECT EXISTS (SELECT FROM audit_log WHERE action = $1 AND detail ->> 'idempotency_key' = $2) AS found",
    )
    .bind::<Text, _>(action)
    .bind::<Text, _>(key)
    .get_result::<Found>(tx)
    .await
    .map(|row| row.found)
}
