use crate::schema::dkim_keys;
use db::Connection;
use db::types::to_db;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;

/// Kept keys of one selector that are tried on one mail.
const TRIED: i64 = 3;
/// Keys that are looked up again at once.
const BATCH: i64 = 200;

/// Whose key: as in DNS, lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable, Selectable)]
#[diesel(table_name = dkim_keys, check_for_backend(diesel::pg::Pg))]
pub(crate) struct KeyName {
    pub(crate) domain: String,
    pub(crate) selector: String,
}

impl KeyName {
    /// `None` for a name under which no key stands.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (selector, domain) = name.rsplit_once("._domainkey.")?;
        Some(Self {
            domain: domain.to_ascii_lowercase(),
            selector: selector.to_ascii_lowercase(),
        })
    }

    pub(crate) fn in_dns(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }
}

/// DNS has the record at `at`: it is learnt, or lives on.
pub(crate) async fn seen(
    conn: &mut Connection,
    name: &KeyName,
    digest: &[u8],
    record: &str,
    at: Timestamp,
) -> QueryResult<()> {
    db::statement(
        "INSERT INTO dkim_keys AS k (domain, selector, digest, record, first_seen, last_seen_in_dns) VALUES ($1, $2, $3, $4, $5, $5) \
         ON CONFLICT (domain, selector, digest) DO UPDATE SET last_seen_in_dns = greatest(k.last_seen_in_dns, excluded.last_seen_in_dns)",
    )
    .bind::<Text, _>(&name.domain)
    .bind::<Text, _>(&name.selector)
    .bind::<Binary, _>(digest)
    .bind::<Text, _>(record)
    .bind::<Timestamptz, _>(to_db(at))
    .execute(conn)
    .await
    .map(drop)
}

/// The bank took the selector back: none of its keys proves anything any more.
pub(crate) async fn revoke(
    conn: &mut Connection,
    name: &KeyName,
    at: Timestamp,
) -> QueryResult<usize> {
    diesel::update(dkim_keys::table)
        .filter(dkim_keys::domain.eq(&name.domain))
        .filter(dkim_keys::selector.eq(&name.selector))
        .filter(dkim_keys::revoked_at.is_null())
        .set(dkim_keys::revoked_at.eq(to_db(at)))
        .execute(conn)
        .await
}

/// The records that stood in DNS between two moments, the newest first.
pub(crate) async fn between(
    conn: &mut Connection,
    name: &KeyName,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<String>> {
    dkim_keys::table
        .filter(dkim_keys::domain.eq(&name.domain))
        .filter(dkim_keys::selector.eq(&name.selector))
        .filter(dkim_keys::revoked_at.is_null())
        .filter(dkim_keys::first_seen.le(to_db(to)))
        .filter(dkim_keys::last_seen_in_dns.ge(to_db(from)))
        .order(dkim_keys::last_seen_in_dns.desc())
        .limit(TRIED)
        .select(dkim_keys::record)
        .load(conn)
        .await
}

/// Keys that were last seen between two moments: still in DNS, perhaps.
pub(crate) async fn to_look_up(
    conn: &mut Connection,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<(KeyName, Vec<u8>)>> {
    dkim_keys::table
        .filter(dkim_keys::revoked_at.is_null())
        .filter(dkim_keys::last_seen_in_dns.ge(to_db(from)))
        .filter(dkim_keys::last_seen_in_dns.lt(to_db(to)))
        .order(dkim_keys::last_seen_in_dns)
        .limit(BATCH)
        .select((KeyName::as_select(), dkim_keys::digest))
        .load(conn)
        .await
}
