//! E-mail that waits to be handed over.

use super::endpoints::Endpoint;
use super::events::millis;
use crate::schema::{contacts, mails};
use db::types::to_db;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Queues a mail to each of the merchant's contacts about an endpoint that was disabled. How many.
pub(crate) async fn about(
    conn: &mut db::Connection,
    endpoint: &Endpoint,
    reason: &str,
    now: Timestamp,
) -> QueryResult<usize> {
    let recipients: Vec<String> = contacts::table
        .filter(contacts::merchant_id.eq(endpoint.merchant_id))
        .filter(contacts::live.eq(endpoint.live))
        .select(contacts::address)
        .load(conn)
        .await?;
    let why = match reason {
        "gone" => "It answered 410 Gone, which says that it wants no more webhooks.",
        _ => "Every attempt has failed for five days.",
    };
    let subject = "NoxPay: a webhook endpoint was disabled";
    let mode = if endpoint.live { "live" } else { "test" };
    let body = format!(
        "Your webhook endpoint\n\n    {}\n\nin {mode} mode was disabled. {why}\n\n\
         Events go on being recorded. When the endpoint works again, enable it and send again what failed:\n\n\
         \x20   noxpay webhook enable {}\n    noxpay webhook resend-failed --since {}\n",
        endpoint.url, endpoint.id, now,
    );
    let rows: Vec<_> = recipients
        .iter()
        .map(|recipient| {
            (
                mails::id.eq(Uuid::now_v7()),
                mails::merchant_id.eq(endpoint.merchant_id),
                mails::live.eq(endpoint.live),
                mails::recipient.eq(recipient),
                mails::subject.eq(subject),
                mails::body.eq(&body),
                mails::created_at.eq(to_db(now)),
            )
        })
        .collect();
    diesel::insert_into(mails::table)
        .values(rows)
        .execute(conn)
        .await
}

/// A mail that is ours until its pause is over.
#[derive(QueryableByName)]
pub(crate) struct Due {
    #[diesel(sql_type = SqlUuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = Text)]
    pub(crate) recipient: String,
    #[diesel(sql_type = Text)]
    pub(crate) subject: String,
    #[diesel(sql_type = Text)]
    pub(crate) body: String,
    /// The one that now begins included.
    #[diesel(sql_type = Integer)]
    pub(crate) attempts: i32,
}

/// Takes what is due; nobody else does for `hold`.
pub(crate) async fn claim(
    conn: &mut db::Connection,
    most: i64,
    hold: Duration,
) -> QueryResult<Vec<Due>> {
    db::statement(
        "UPDATE mails SET attempts = attempts + 1,
             next_attempt_at = clock_timestamp() + $2 * interval '1 millisecond'
         WHERE id IN (SELECT id FROM mails WHERE state = 'pending' AND next_attempt_at <= clock_timestamp()
                      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id, recipient, subject, body, attempts",
    )
    .bind::<BigInt, _>(most)
    .bind::<BigInt, _>(millis(hold))
    .load(conn)
    .await
}

/// Notes that a mail was taken, or why not; after `again` it is tried again, if ever.
pub(crate) async fn finish(
    conn: &mut db::Connection,
    mail: &Due,
    error: Option<String>,
    again: Option<Duration>,
) -> QueryResult<usize> {
    let state = match (&error, again) {
        (None, _) => "sent",
        (Some(_), Some(_)) => "pending",
        (Some(_), None) => "failed",
    };
    let error = error.map(|error| error.chars().take(200).collect::<String>());
    db::statement(
        "UPDATE mails SET state = $2, last_error = $3,
             next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond',
             finished_at = CASE WHEN $2 <> 'pending' THEN noxpay_now() END
         WHERE id = $1 AND attempts = $5",
    )
    .bind::<SqlUuid, _>(mail.id)
    .bind::<Text, _>(state)
    .bind::<Nullable<Text>, _>(error)
    .bind::<BigInt, _>(millis(again.unwrap_or_default()))
    .bind::<Integer, _>(mail.attempts)
    .execute(conn)
    .await
}
