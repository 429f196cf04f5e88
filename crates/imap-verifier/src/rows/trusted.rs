//! Headers that a merchant vouches for.

use crate::schema::trusted_headers;
use db::Connection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as DbTimestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// "This is our bank."
#[derive(Clone, Insertable)]
#[diesel(table_name = trusted_headers)]
pub(crate) struct TrustedRow {
    pub(crate) mailbox_id: Uuid,
    pub(crate) header: String,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) bank: String,
    pub(crate) trusted_at: DbTimestamp,
}

impl TrustedRow {
    /// The last word about a header counts.
    pub(crate) async fn upsert(self, conn: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(trusted_headers::table)
            .values(self)
            .on_conflict((trusted_headers::mailbox_id, trusted_headers::header))
            .do_update()
            .set((
                trusted_headers::bank.eq(excluded(trusted_headers::bank)),
                trusted_headers::trusted_at.eq(excluded(trusted_headers::trusted_at)),
            ))
            .execute(conn)
            .await
            .map(drop)
    }
}

/// Header → bank of one source.
pub(crate) async fn of_source(
    conn: &mut Connection,
    mailbox: Uuid,
) -> QueryResult<HashMap<String, String>> {
    let rows: Vec<(String, String)> = trusted_headers::table
        .filter(trusted_headers::mailbox_id.eq(mailbox))
        .select((trusted_headers::header, trusted_headers::bank))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Header and bank of every source that is visible in this transaction.
pub(crate) async fn all(
    conn: &mut Connection,
) -> QueryResult<HashMap<Uuid, Vec<(String, String)>>> {
    let rows: Vec<(Uuid, String, String)> = trusted_headers::table
        .order((trusted_headers::mailbox_id, trusted_headers::header))
        .select((
            trusted_headers::mailbox_id,
            trusted_headers::header,
            trusted_headers::bank,
        ))
        .load(conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<(String, String)>> = HashMap::new();
    for (mailbox, header, bank) in rows {
        found.entry(mailbox).or_default().push((header, bank));
    }
    Ok(found)
}
