//! What is kept for a while only: events with all their deliveries over.

use crate::support::Dispatcher;
use db::{Databases, Schema};
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain::StatusName::{Pending, Settled, Underpaid};
use jiff::SignedDuration;
use proto::webhook as wire;
use testkit::wait::{PATIENCE, until};
use tonic::Code;
use webhook_dispatcher::retention::run_once;
use wiremock::ResponseTemplate;

const KEEP: SignedDuration = SignedDuration::from_hours(90 * 24);

fn databases(d: &Dispatcher) -> Databases {
    d.db.databases(Schema::Webhooks)
}

/// How many events a round drops.
async fn round(d: &Dispatcher) -> usize {
    run_once(&databases(d).worker, KEEP).await.unwrap()
}

async fn sql(d: &Dispatcher, statements: &str) {
    let mut admin = d.db.admin().await;
    admin.batch_execute(statements).await.unwrap();
}

async fn count(d: &Dispatcher, query: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut admin = d.db.admin().await;
    let counted: Count = diesel::sql_query(format!("SELECT ({query})::bigint AS n"))
        .get_result(&mut admin)
        .await
        .unwrap();
    counted.n
}

/// As if what fits `which` had been stored so many days ago.
async fn age(d: &Dispatcher, which: &str, days: i64) {
    sql(
        d,
        &format!(
            "UPDATE webhooks.events SET stored_at = stored_at - {days} * interval '1 day' WHERE {which}"
        ),
    )
    .await;
}

/// Rows of events, deliveries and attempts.
async fn rows(d: &Dispatcher) -> [i64; 3] {
    let mut rows = [0; 3];
    for (count_of, table) in rows.iter_mut().zip(["events", "deliveries", "attempts"]) {
        *count_of = count(d, &format!("SELECT count(*) FROM webhooks.{table}")).await;
    }
    rows
}

async fn page(
    d: &Dispatcher,
    request: wire::ListEventsRequest,
) -> Result<wire::ListEventsResponse, Code> {
    let page = d.client().list_events(d.call(request)).await;
    page.map(tonic::Response::into_inner)
        .map_err(|status| status.code())
}

async fn page_after(d: &Dispatcher, after: i64) -> wire::ListEventsResponse {
    let request = wire::ListEventsRequest {
        after,
        ..Default::default()
    };
    page(d, request).await.unwrap()
}

fn numbers(page: &wire::ListEventsResponse) -> Vec<i64> {
    page.events.iter().map(|event| event.seq).collect()
}

/// Publishes settled intents, and gives back the numbers in the feed when there are so many.
async fn publish(d: &Dispatcher, more: usize, all: usize) -> Vec<i64> {
    for _ in 0..more {
        d.broker.publish(&d.settled()).await;
    }
    until(PATIENCE, async || {
        let found = numbers(&page_after(d, 0).await);
        if found.len() == all {
            Ok(found)
        } else {
            Err(found)
        }
    })
    .await
}

#[tokio::test]
async fn an_event_whose_deliveries_are_over_goes_with_them_and_their_attempts_after_ninety_days() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    d.all_are("delivered").await;
    age(&d, "true", 89).await;
    assert_eq!((round(&d).await, rows(&d).await), (0, [1, 1, 1]));
    age(&d, "true", 2).await;
    assert_eq!((round(&d).await, rows(&d).await), (1, [0, 0, 0]));
    assert!(d.deliveries().await.is_empty());
}

#[tokio::test]
async fn what_waits_stays_with_its_event_however_old_it_is() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0,100000,100000")]).await;
    d.answers(ResponseTemplate::new(500)).await;
    let failing = d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    until(PATIENCE, async || {
        let tried = rows(&d).await;
        if tried == [1, 1, 1] {
            Ok(())
        } else {
            Err(tried)
        }
    })
    .await;
    age(&d, "true", 1_000).await;
    assert_eq!((round(&d).await, rows(&d).await), (0, [1, 1, 1]));
    // Not even a statement that is wrong can drop it.
    let mut worker = databases(&d).worker.get().await.unwrap();
    let dropped = diesel::sql_query("DELETE FROM deliveries")
        .execute(&mut *worker)
        .await;
    assert_eq!(dropped, Ok(0));

    let endpoint = wire::EndpointRequest {
        endpoint_id: failing.id,
    };
    d.client().disable_endpoint(d.call(endpoint)).await.unwrap();
    d.all_are("failed").await;
    assert_eq!((round(&d).await, rows(&d).await), (1, [0, 0, 0]));
}

#[tokio::test]
async fn what_is_about_to_be_resent_stays() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&[]).await.unwrap();
    d.broker.publish(&d.settled()).await;
    d.all_are("delivered").await;
    age(&d, "true", 91).await;
    let mut resend = d.db.admin().await;
    resend
        .batch_execute("BEGIN; UPDATE webhooks.deliveries SET round = round + 1")
        .await
        .unwrap();
    assert_eq!((round(&d).await, rows(&d).await), (0, [1, 1, 1]));
    resend.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(round(&d).await, 1);
}

#[tokio::test]
async fn a_place_in_the_feed_that_is_too_old_is_told_so_and_where_to_go_on() {
    let d = Dispatcher::start().await;
    let seqs = publish(&d, 4, 4).await;
    age(&d, &format!("seq IN ({}, {})", seqs[0], seqs[1]), 91).await;
    assert_eq!(round(&d).await, 2);

    let missed = page_after(&d, seqs[0]).await;
    assert_eq!(
        (missed.expired, missed.next_after, numbers(&missed)),
        (true, seqs[1], vec![])
    );
    // Who had read all that is gone has missed nothing, nor has he who begins.
    for after in [seqs[1], 0] {
        let rest = page_after(&d, after).await;
        assert_eq!((rest.expired, numbers(&rest)), (false, seqs[2..].to_vec()));
    }
    assert!(!page_after(&d, seqs[2]).await.expired);
    let never = wire::ListEventsRequest {
        after: seqs[3] + 1_000,
        ..Default::default()
    };
    assert_eq!(page(&d, never).await, Err(Code::NotFound));

    // All of it goes: the place of who is up to date stays good, and is where "now" is.
    age(&d, "true", 91).await;
    assert_eq!(round(&d).await, 2);
    let now = wire::ListEventsRequest {
        from_now: true,
        ..Default::default()
    };
    let now = page(&d, now).await.unwrap();
    assert_eq!((now.expired, now.next_after), (false, seqs[3]));
    let newer = publish(&d, 1, 1).await;
    assert_eq!(numbers(&page_after(&d, seqs[3]).await), newer);
    assert!(page_after(&d, seqs[2]).await.expired);
}

#[tokio::test]
async fn an_event_that_waits_for_its_delivery_leaves_the_feed_with_its_time() {
    let d = Dispatcher::with([("NOXPAY_WEBHOOK_SCHEDULE_S", "0,100000")]).await;
    d.answers(ResponseTemplate::new(500)).await;
    d.endpoint(&[]).await.unwrap();
    let first = publish(&d, 1, 1).await[0];
    sql(
        &d,
        "UPDATE webhooks.endpoints SET event_types = '{payment.late}'",
    )
    .await;
    let seqs = publish(&d, 1, 2).await;
    assert_eq!(seqs[0], first);
    age(&d, "true", 91).await;
    assert_eq!(round(&d).await, 1, "the one that nobody waits for");
    assert!(page_after(&d, first).await.expired);
    let rest = page_after(&d, 0).await;
    assert_eq!((rest.expired, numbers(&rest)), (false, vec![]));
    assert_eq!(d.deliveries().await.len(), 1);
}

#[tokio::test]
async fn a_place_does_not_grow_old_behind_types_that_nobody_asked_for() {
    let d = Dispatcher::start().await;
    let seqs = publish(&d, 2, 2).await;
    let reversals = |after| wire::ListEventsRequest {
        after,
        event_types: vec!["payment.reversed".to_owned()],
        ..Default::default()
    };
    let none = page(&d, reversals(0)).await.unwrap();
    assert_eq!((none.next_after, numbers(&none)), (seqs[1], vec![]));
    age(&d, "true", 91).await;
    assert_eq!(round(&d).await, 2);
    let none = page(&d, reversals(none.next_after)).await.unwrap();
    assert_eq!((none.expired, none.next_after), (false, seqs[1]));
}

#[tokio::test]
async fn an_intents_order_goes_on_when_its_first_events_are_gone() {
    let d = Dispatcher::start().await;
    d.answers(ResponseTemplate::new(200)).await;
    d.endpoint(&["*"]).await.unwrap();
    let story = d.story(&[Pending, Underpaid, Settled]);
    for event in &story[..2] {
        d.broker.publish(event).await;
    }
    d.received(2).await;
    d.all_are("delivered").await;
    age(&d, "true", 91).await;
    assert_eq!(round(&d).await, 2);
    d.broker.publish(&story[2]).await;
    // At once, and not after five minutes of waiting for what was told long ago.
    d.received(3).await;
    let last = d.all_are("delivered").await;
    assert_eq!((last.len(), last[0].sequence), (1, 3));
}

#[tokio::test]
async fn resends_and_mails_go_once_they_are_over_and_old() {
    let d = Dispatcher::start().await;
    sql(
        &d,
        "INSERT INTO webhooks.resends (id, merchant_id, live, since, until, total, created_at, finished_at)
         SELECT gen_random_uuid(), md5('merchant')::uuid, false, now(), now(), 0, now() - interval '100 days', finished
         FROM (VALUES (now() - interval '91 days'), (now() - interval '89 days')) v (finished);
         INSERT INTO webhooks.mails (id, merchant_id, live, recipient, subject, body, state, created_at, finished_at,
             next_attempt_at)
         SELECT gen_random_uuid(), md5('merchant')::uuid, false, 'shop@example.com', '-', '-', state,
             now() - interval '100 days', finished, now() + interval '1 day'
         FROM (VALUES ('sent', now() - interval '91 days'), ('failed', now() - interval '91 days'),
                      ('sent', now() - interval '89 days'), ('pending', NULL)) v (state, finished)",
    )
    .await;
    round(&d).await;
    for (table, left) in [("resends", 1), ("mails", 2)] {
        let rows = count(&d, &format!("SELECT count(*) FROM webhooks.{table}")).await;
        assert_eq!(rows, left, "{table}");
    }
    // Not even a statement that is wrong can drop what is still to be done.
    let mut worker = databases(&d).worker.get().await.unwrap();
    let dropped = diesel::sql_query("DELETE FROM mails")
        .execute(&mut *worker)
        .await;
    assert_eq!(dropped, Ok(1), "the one that was sent");
}

/// Old events of two merchants, each delivered at the first attempt; and who notes what every statement drops.
const MANY: &str = "
    INSERT INTO webhooks.endpoints (id, merchant_id, live, url, sealed_secret, state, created_at)
    VALUES (md5('endpoint')::uuid, md5('merchant')::uuid, false, 'https://shop.example', '', 'disabled', now());
    INSERT INTO webhooks.events (id, merchant_id, live, bus_event_id, event_type, object_id, sequence, body, trace,
        occurred_at, stored_at)
    SELECT md5('event' || n)::uuid, md5('merchant' || n % 2)::uuid, false, gen_random_uuid(), 'payment.success',
        gen_random_uuid(), 1, '{}', '{}', now(), now() - interval '100 days' - n * interval '1 second'
    FROM generate_series(1, 2000) n;
    INSERT INTO webhooks.deliveries (id, merchant_id, live, event_id, endpoint_id, state, attempts, finished_at, object_id,
        sequence, created_at, blocks_until)
    SELECT id, merchant_id, live, id, md5('endpoint')::uuid, 'delivered', 1, now(), object_id, 1, now(), now()
    FROM webhooks.events;
    INSERT INTO webhooks.attempts (delivery_id, attempt_no, merchant_id, live, started_at, duration_ms, outcome)
    SELECT id, 1, merchant_id, live, now(), 5, 'delivered' FROM webhooks.deliveries;
    CREATE TABLE public.steps (transaction xid8, dropped bigint);
    CREATE FUNCTION public.note_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO public.steps SELECT pg_current_xact_id(), count(*) FROM gone;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note AFTER DELETE ON webhooks.events REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION public.note_step();
    CREATE TRIGGER note AFTER DELETE ON webhooks.deliveries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION public.note_step();
    CREATE TRIGGER note AFTER DELETE ON webhooks.attempts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
        EXECUTE FUNCTION public.note_step();";

#[tokio::test]
async fn thousands_go_in_small_steps_also_where_two_replicas_drop_them() {
    let d = Dispatcher::start().await;
    sql(&d, MANY).await;
    let (one, other) = (databases(&d), databases(&d));
    let (one, other) = tokio::join!(run_once(&one.worker, KEEP), run_once(&other.worker, KEEP));
    let both = one.unwrap() + other.unwrap();
    assert_eq!((both + round(&d).await, rows(&d).await), (2_000, [0, 0, 0]));
    let largest = "SELECT max(rows) FROM (SELECT sum(dropped) AS rows FROM public.steps GROUP BY transaction) t";
    let largest = count(&d, largest).await;
    assert!((900..=1_002).contains(&largest), "{largest}");
    assert_eq!(count(&d, "SELECT count(*) FROM webhooks.feeds").await, 2);
}
