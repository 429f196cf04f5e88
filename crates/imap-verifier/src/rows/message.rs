use crate::schema::messages;
use db::types::{JsonText, to_db};
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// A mail of a listed sender, with its verdict.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = messages)]
// Every column is given: with defaults in it the insert would be parsed anew each time.
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct MessageRow {
    pub(crate) id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) mailbox_id: Uuid,
    pub(crate) uidvalidity: i64,
    pub(crate) uid: i64,
    pub(crate) digest: String,
    pub(crate) message_id: Option<String>,
    pub(crate) sender: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) received_at: Option<DbTimestamp>,
    pub(crate) read_at: DbTimestamp,
    pub(crate) verdict: String,
    pub(crate) reason: Option<String>,
    pub(crate) bank: Option<String>,
    pub(crate) rule_id: Option<String>,
    pub(crate) facts: Option<JsonText>,
    pub(crate) account_id: Option<Uuid>,
    pub(crate) observation_id: Option<Uuid>,
}

pub(crate) const UNDECIDED: &str = "undecided";
/// Why a message waits for a merchant's word about its header.
pub(crate) const UNKNOWN_SENDER: &str = "unknown_sender";

/// As a constraint of the table lists them.
pub(crate) const VERDICTS: [&str; 7] = [
    "recorded",
    "refused",
    "unbound",
    "unsure",
    "not_a_credit",
    "unparsed",
    UNDECIDED,
];

/// Which mails are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) verdict: Option<&'static str>,
    pub(crate) mailbox: Option<Uuid>,
}

/// Where a mail stands in the order of the log: when it was read, and its id.
pub(crate) type LogPlace = (DbTimestamp, Uuid);

/// `None` where the id names no mail that is visible in this transaction.
pub(crate) async fn place(conn: &mut Connection, id: Uuid) -> QueryResult<Option<LogPlace>> {
    messages::table
        .find(id)
        .select((messages::read_at, messages::id))
        .first(conn)
        .await
        .optional()
}

impl MessageRow {
    /// False where this message was stored before.
    pub(crate) async fn insert(&self, tx: &mut Tx) -> QueryResult<bool> {
        let rows = diesel::insert_into(messages::table)
            .values(self.clone())
            .on_conflict((messages::mailbox_id, messages::uidvalidity, messages::uid))
            .do_nothing()
            .execute(tx)
            .await?;
        Ok(rows == 1)
    }

    /// Puts the verdict where none could be given before. False where there is one.
    pub(crate) async fn decide(&self, tx: &mut Tx) -> QueryResult<bool> {
        let rows = diesel::update(messages::table)
            .filter(messages::mailbox_id.eq(self.mailbox_id))
            .filter(messages::uidvalidity.eq(self.uidvalidity))
            .filter(messages::uid.eq(self.uid))
            .filter(messages::verdict.eq(UNDECIDED))
            .set((
                messages::read_at.eq(self.read_at),
                messages::digest.eq(&self.digest),
                messages::verdict.eq(&self.verdict),
                messages::reason.eq(&self.reason),
                messages::rule_id.eq(&self.rule_id),
                messages::facts.eq(&self.facts),
                messages::account_id.eq(self.account_id),
                messages::observation_id.eq(self.observation_id),
            ))
            .execute(tx)
            .await?;
        Ok(rows == 1)
    }

    /// Puts another verdict where the sender was not known before. False where that is not the verdict.
    pub(crate) async fn revise(&self, tx: &mut Tx) -> QueryResult<bool> {
        let rows = diesel::update(messages::table.find(self.id))
            .filter(messages::verdict.eq("unsure"))
            .filter(messages::reason.eq(UNKNOWN_SENDER))
            .set((
                messages::verdict.eq(&self.verdict),
                messages::reason.eq(&self.reason),
                messages::bank.eq(&self.bank),
                messages::rule_id.eq(&self.rule_id),
                messages::facts.eq(&self.facts),
                messages::account_id.eq(self.account_id),
                messages::observation_id.eq(self.observation_id),
            ))
            .execute(tx)
            .await?;
        Ok(rows == 1)
    }

    /// The newest `limit` that were read at or after `since`, of other sources than `but`, and are visible in this transaction.
    pub(crate) async fn since(
        conn: &mut Connection,
        since: Timestamp,
        but: &[Uuid],
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        messages::table
            .filter(messages::read_at.ge(to_db(since)))
            .filter(messages::mailbox_id.ne_all(but))
            .select(Self::as_select())
            .order((messages::read_at.desc(), messages::id.desc()))
            .limit(limit)
            .load(conn)
            .await
    }

    /// The newest `limit` that stand before a place in the log and are visible in this transaction.
    pub(crate) async fn newest(
        conn: &mut Connection,
        filter: &Filter,
        before: Option<LogPlace>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let mut wanted = messages::table.into_boxed();
        if let Some(verdict) = filter.verdict {
            wanted = wanted.filter(messages::verdict.eq(verdict));
        }
        if let Some(mailbox) = filter.mailbox {
            wanted = wanted.filter(messages::mailbox_id.eq(mailbox));
        }
        if let Some((at, id)) = before {
            // The first bounds the index.
            wanted = wanted
                .filter(messages::read_at.le(at))
                .filter(messages::read_at.lt(at).or(messages::id.lt(id)));
        }
        wanted
            .select(Self::as_select())
            .order((messages::read_at.desc(), messages::id.desc()))
            .limit(limit)
            .load(conn)
            .await
    }
}

/// What the source vouched for after `since`, in the smallest unit of money.
pub(crate) async fn recorded_since(
    tx: &mut Tx,
    mailbox: Uuid,
    since: DbTimestamp,
) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        minor: i64,
    }
    let sum: Sum = db::statement(
        "SELECT least(coalesce(sum((facts #>> '{alert,amount_minor}')::numeric), 0), 9223372036854775807)::bigint AS minor \
         FROM messages WHERE mailbox_id = $1 AND verdict = 'recorded' AND read_at > $2",
    )
    .bind::<SqlUuid, _>(mailbox)
    .bind::<Timestamptz, _>(since)
    .get_result(tx)
    .await?;
    Ok(sum.minor)
}

/// The observations that the source made after `since`, oldest first.
pub(crate) async fn observations_since(
    conn: &mut Connection,
    mailbox: Uuid,
    since: DbTimestamp,
) -> QueryResult<Vec<Uuid>> {
    messages::table
        .filter(messages::mailbox_id.eq(mailbox))
        .filter(messages::verdict.eq("recorded"))
        .filter(messages::read_at.gt(since))
        .filter(messages::observation_id.is_not_null())
        .order(messages::read_at)
        .select(messages::observation_id.assume_not_null())
        .load(conn)
        .await
}

/// A mail without a verdict, because a key could not be asked for.
#[derive(Clone, Debug, QueryableByName)]
pub(crate) struct Undecided {
    #[diesel(sql_type = BigInt)]
    pub(crate) uid: i64,
    /// When it reached the mailbox.
    #[diesel(sql_type = Timestamptz)]
    pub(crate) arrived_at: DbTimestamp,
    /// Whether a mail of this mailbox was verified with the same key before.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub(crate) key_seen: bool,
}

/// The undecided mails of a mailbox that were first read after `since`: those whose key is known first, so that no number of
/// invented ones crowds them out, then oldest first. Their verdict is written out, not bound:
/// only then do the indexes of these alone fit, whatever plan is kept.
pub(crate) async fn undecided(
    conn: &mut Connection,
    mailbox: Uuid,
    uidvalidity: i64,
    since: DbTimestamp,
) -> QueryResult<Vec<Undecided>> {
    db::statement(
        "SELECT u.uid, coalesce(u.received_at, u.read_at) AS arrived_at, EXISTS (SELECT FROM messages v \
           WHERE v.mailbox_id = u.mailbox_id AND v.facts ->> 'selector' = u.facts ->> 'selector' \
           AND v.facts ->> 'domain' = u.facts ->> 'domain' AND v.verdict <> 'undecided') AS key_seen \
         FROM messages u WHERE u.mailbox_id = $1 AND u.uidvalidity = $2 AND u.verdict = 'undecided' AND u.read_at > $3 \
         ORDER BY key_seen DESC, u.uid LIMIT 100",
    )
    .bind::<SqlUuid, _>(mailbox)
    .bind::<BigInt, _>(uidvalidity)
    .bind::<Timestamptz, _>(since)
    .load(conn)
    .await
}
