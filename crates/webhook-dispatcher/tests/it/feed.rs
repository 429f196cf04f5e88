//! The feed: nobody misses what commits late.

use crate::support::{Dispatcher, header};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use proto::webhook as wire;
use testkit::wait::{PATIENCE, until};
use wiremock::ResponseTemplate;

async fn page(d: &Dispatcher, after: i64, wait_ms: u32) -> wire::ListEventsResponse {
    let request = wire::ListEventsRequest {
        after,
        wait_ms,
        ..Default::default()
    };
    d.client()
        .list_events(d.call(request))
        .await
        .unwrap()
        .into_inner()
}

fn ids(page: &wire::ListEventsResponse) -> Vec<String> {
    page.events.iter().map(|e| e.object_id.clone()).collect()
}

#[tokio::test]
async fn an_insert_that_is_held_open_while_later_ones_commit_is_missed_by_nobody() {
    let d = Dispatcher::start().await;
    d.broker.publish(&d.settled()).await;
    let first = page(&d, 0, 20_000).await;
    assert_eq!(first.events.len(), 1);

    // An older transaction takes a number and stays open.
    let mut open = d.db.admin().await;
    open.batch_execute("BEGIN").await.unwrap();
    let insert = format!(
        "INSERT INTO webhooks.events (id, merchant_id, live, bus_event_id, event_type, object_id, sequence, body, trace, occurred_at)
         VALUES (gen_random_uuid(), '{}', false, gen_random_uuid(), 'payment.success', gen_random_uuid(), 1, '{{}}', '{{}}', now())",
        d.merchant
    );
    diesel::sql_query(insert).execute(&mut open).await.unwrap();
    for _ in 0..3 {
        d.broker.publish(&d.settled()).await;
    }
    // They are stored …
    until(PATIENCE, async || {
        let mut admin = d.db.admin().await;
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let stored: Count = diesel::sql_query("SELECT count(*) AS count FROM webhooks.events")
            .get_result(&mut admin)
            .await
            .unwrap();
        if stored.count == 4 {
            Ok(())
        } else {
            Err(stored.count)
        }
    })
    .await;
    // … and not shown: what is open may yet come before them.
    assert!(page(&d, first.next_after, 0).await.events.is_empty());
    open.batch_execute("COMMIT").await.unwrap();
    let rest = until(PATIENCE, async || {
        let rest = page(&d, first.next_after, 0).await;
        if rest.events.len() == 4 {
            Ok(rest)
        } else {
            Err(rest.events.len())
        }
    })
    .await;
    // In pieces it is the same, in the same order.
    let mut pieces = vec![];
    let mut after = first.next_after;
    loop {
        let request = wire::ListEventsRequest {
            after,
            limit: 1,
            ..Default::default()
        };
        let piece = d
            .client()
            .list_events(d.call(request))
            .await
            .unwrap()
            .into_inner();
        pieces.extend(ids(&piece));
        after = piece.next_after;
        if !piece.more {
            break;
        }
    }
    assert_eq!(pieces, ids(&rest));
}

#[tokio::test]
async fn a_long_poll_answers_as_soon_as_something_happens() {
    let d = Dispatcher::start().await;
    let publish = async { d.broker.publish(&d.settled()).await };
    let (page, ()) = tokio::join!(page(&d, 0, 30_000), publish);
    assert_eq!(page.events.len(), 1);
}

#[tokio::test]
async fn an_event_in_the_feed_is_the_bytes_that_were_sent_and_can_be_signed_for_a_session() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    let sent = d.received(1).await.remove(0);
    let request = wire::ListEventsRequest {
        wait_ms: 20_000,
        signing_secret: crate::support::SECRET.to_owned(),
        ..Default::default()
    };
    let fed = d
        .client()
        .list_events(d.call(request))
        .await
        .unwrap()
        .into_inner()
        .events
        .remove(0);
    assert_eq!(fed.body.as_bytes(), sent.body);
    assert_eq!(fed.id, header(&sent, "webhook-id"));
    assert_eq!(
        fed.headers["x-noxpay-signature"],
        header(&sent, "x-noxpay-signature")
    );
    assert!(fed.headers["webhook-signature"].starts_with("v1,"));
}

#[tokio::test]
async fn another_merchants_events_are_in_another_feed() {
    let d = Dispatcher::start().await;
    d.broker.publish(&d.settled()).await;
    assert_eq!(page(&d, 0, 20_000).await.events.len(), 1);
    let other = domain::ids::MerchantId::new();
    let request = d.call_as(
        other,
        domain::Mode::Test,
        wire::ListEventsRequest::default(),
    );
    assert!(
        d.client()
            .list_events(request)
            .await
            .unwrap()
            .into_inner()
            .events
            .is_empty()
    );
    let live = d.call_as(
        d.merchant,
        domain::Mode::Live,
        wire::ListEventsRequest::default(),
    );
    assert!(
        d.client()
            .list_events(live)
            .await
            .unwrap()
            .into_inner()
            .events
            .is_empty()
    );
}
