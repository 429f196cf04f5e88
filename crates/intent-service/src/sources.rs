//! The witnesses of an account: which sources count, and how far each has looked.
//!
//! A source numbers what it says without gaps, but queues do not keep order. A watermark ("everything until then was read,
//! and my last word was number n") counts only once every word up to n is stored here.

mod seq;

pub use seq::advance;

use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::schema::{account_sources, sources};
use bus::Outcome;
use db::types::to_db;
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::event::{MailSourceChanged, MailWatermark};
use domain::ids::{AccountId, SourceId};
use domain::status::Sight;
use jiff::Timestamp;
use uuid::Uuid;

/// A source of an account.
#[derive(Clone, Debug, Queryable)]
pub struct Witness {
    #[diesel(deserialize_as = Uuid)]
    pub source_id: SourceId,
    pub counting: bool,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub since: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub up_to: Option<Timestamp>,
}

/// Every source that ever counted for the account.
pub async fn witnesses(conn: &mut Connection, account: AccountId) -> QueryResult<Vec<Witness>> {
    account_sources::table
        .left_join(sources::table.on(sources::source_id.eq(account_sources::source_id)))
        .filter(account_sources::account_id.eq(account.uuid()))
        .order(account_sources::source_id)
        .select((
            account_sources::source_id,
            account_sources::counting,
            account_sources::since,
            sources::up_to.nullable(),
        ))
        .load(conn)
        .await
}

/// How far everything that could have seen a payment to the account has looked.
pub async fn sight(conn: &mut Connection, account: AccountId) -> QueryResult<Sight> {
    let witnesses = witnesses(conn, account).await?;
    let counting = witnesses.into_iter().filter(|w| w.counting);
    // A source that has not spoken yet has seen nothing.
    let least = counting.map(|w| w.up_to.unwrap_or(Timestamp::MIN)).min();
    Ok(least.map_or(Sight::Blind, Sight::UpTo))
}

/// `mail.watermark`. Telling it again changes nothing, so that it needs no inbox row.
pub async fn watermark(core: &Core, heard: &MailWatermark) -> Result<Outcome, Error> {
    let hastened = core
        .databases
        .worker
        .transaction(async |tx| {
            if seq::hear(tx, heard).await? {
                hasten(tx, heard.source_id).await
            } else {
                Ok::<_, Error>(0)
            }
        })
        .await?;
    if hastened > 0 {
        core.due.notify_one();
    }
    Ok(Outcome::Ack)
}

/// `mail.source_changed`. What is older than what is known changes nothing but the sequence.
pub async fn changed(core: &Core, change: &MailSourceChanged) -> Result<Outcome, Error> {
    core.databases
        .worker
        .transaction(async |tx| {
            // First, since it locks the source: its changes happen one by one.
            advance(tx, change.source_id, change.source_seq).await?;
            for account in &change.account_ids {
                set_counting(tx, change, *account).await?;
            }
            hasten(tx, change.source_id).await?;
            Ok::<_, Error>(())
        })
        .await?;
    core.due.notify_one();
    Ok(Outcome::Ack)
}

async fn set_counting(
    tx: &mut Tx,
    change: &MailSourceChanged,
    account: AccountId,
) -> Result<(), Error> {
    let Some(known) = AccountRow::find(tx, account).await? else {
        return Err(Error::Refused(format!("account {account} is not known")));
    };
    let values = (
        account_sources::counting.eq(change.counting),
        account_sources::since.eq(to_db(change.since)),
        account_sources::source_seq.eq(change.source_seq),
    );
    let upsert = diesel::insert_into(account_sources::table)
        .values((
            account_sources::account_id.eq(account.uuid()),
            account_sources::source_id.eq(change.source_id.uuid()),
            account_sources::merchant_id.eq(known.merchant_id.uuid()),
            account_sources::live.eq(known.live),
            values,
        ))
        .on_conflict((account_sources::account_id, account_sources::source_id))
        .do_update()
        .set(values);
    // Only over what is older. (The prelude's own `filter` is for queries.)
    diesel::query_dsl::methods::FilterDsl::filter(
        upsert,
        account_sources::source_seq.lt(change.source_seq),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes intents that waited for this source due at once. What another transaction holds is left to its own next look.
///
/// A verifying intent is always due within a few seconds, so that the index on `check_at` finds them.
pub(crate) async fn hasten(tx: &mut Tx, source: SourceId) -> Result<usize, Error> {
    let hastened = db::statement(
        "WITH waiting AS ( \
             SELECT i.merchant_id, i.live, i.id FROM intents i \
             WHERE i.status = 'verifying' \
               AND i.check_at > noxpay.noxpay_now() \
               AND i.check_at <= noxpay.noxpay_now() + $2 * interval '1 second' \
               AND EXISTS ( \
                   SELECT FROM options o JOIN account_sources a ON a.account_id = o.account_id \
                   WHERE (o.merchant_id, o.live, o.intent_id) = (i.merchant_id, i.live, i.id) \
                     AND a.source_id = $1) \
             FOR UPDATE SKIP LOCKED) \
         UPDATE intents i SET check_at = noxpay.noxpay_now() FROM waiting w \
         WHERE (i.merchant_id, i.live, i.id) = (w.merchant_id, w.live, w.id)",
    )
    .bind::<SqlUuid, _>(source.uuid())
    .bind::<BigInt, _>(crate::judge::VERIFYING_PAUSE.as_secs() + 1)
    .execute(tx)
    .await?;
    Ok(hastened)
}
