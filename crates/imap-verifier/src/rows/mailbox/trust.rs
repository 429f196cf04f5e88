//! Whether a mailbox's own server may vouch for unsigned mails.

use crate::schema::mailboxes;
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::HashSet;
use uuid::Uuid;

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
    db::statement("SELECT host, state, trusts_results FROM mailboxes WHERE id = $1")
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
