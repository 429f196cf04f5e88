//! A redelivery changes nothing.

use crate::support::{count, event, execute};
use db::{Schema, inbox};
use diesel::result::Error;
use domain::event::Envelope;
use jiff::{SignedDuration, Timestamp};
use testkit::TestDb;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const REMEMBERED: &str = "SELECT count(*) AS n FROM webhooks.inbox";

async fn handle(worker: &db::WorkerPool, envelope: &Envelope) -> bool {
    worker
        .transaction(async |tx| inbox::first_time(tx, envelope).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_event_is_handled_once_even_across_midnight() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Webhooks).worker;
    // Midnight passes by the installation's clock; the event keeps its day.
    let late = event("2026-03-31T23:59:59.999999Z".parse().unwrap());
    assert!(handle(&worker, &late).await);
    db.advance_clock(DAY).await;
    inbox::maintain_once(&worker).await.unwrap();
    assert!(!handle(&worker, &late).await, "a redelivery after midnight");
    // The first event of the next day is another one.
    assert!(handle(&worker, &event("2026-04-01T00:00:00Z".parse().unwrap())).await);
}

#[tokio::test]
async fn concurrent_deliveries_are_handled_once() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Webhooks).worker;
    for _ in 0..10 {
        let one = event(Timestamp::UNIX_EPOCH);
        let (a, b) = tokio::join!(handle(&worker, &one), handle(&worker, &one));
        assert!(a ^ b);
    }
}

#[tokio::test]
async fn an_effect_that_fails_may_be_tried_again() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Webhooks).worker;
    let one = event(Timestamp::UNIX_EPOCH);
    let failed = worker
        .transaction(async |tx| {
            assert!(inbox::first_time(tx, &one).await?);
            Err::<(), _>(Error::RollbackTransaction)
        })
        .await;
    failed.unwrap_err();
    assert!(handle(&worker, &one).await);
}

#[tokio::test]
async fn at_least_fourteen_days_are_remembered() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let worker = db.databases(Schema::Webhooks).worker;
    // Noon, an event a day for two months; a tidying every day, as if each row were handled on its day.
    let begin: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    let mut events = Vec::new();
    for day in 0..60 {
        let today = begin + DAY * day;
        let one = event(today);
        assert!(handle(&worker, &one).await);
        events.push(one);
        execute(
            &mut admin,
            "UPDATE webhooks.inbox SET handled_at = handled_at - interval '1 day'",
        )
        .await
        .unwrap();
        let mut conn = worker.get().await.unwrap();
        inbox::empty_ahead(&mut conn, today).await.unwrap();
        let again = inbox::empty_ahead(&mut conn, today).await.unwrap();
        assert!(!again, "the second tidying of a day finds nothing");
        for known in events.iter().rev().take(15) {
            assert!(!handle(&worker, known).await, "{} on {today}", known.time);
        }
    }
    assert_eq!(count(&mut admin, REMEMBERED).await, 15);
}

#[tokio::test]
async fn an_early_event_of_tomorrow_survives_the_tidying() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let worker = db.databases(Schema::Webhooks).worker;
    let today: Timestamp = "2026-05-20T23:59:59Z".parse().unwrap();
    let forgotten = event(today - DAY * 15);
    let early = event(today + SignedDuration::from_secs(2));
    assert!(handle(&worker, &forgotten).await);
    execute(
        &mut admin,
        "UPDATE webhooks.inbox SET handled_at = handled_at - interval '15 days'",
    )
    .await
    .unwrap();
    assert!(handle(&worker, &early).await);

    let mut conn = worker.get().await.unwrap();
    assert!(inbox::empty_ahead(&mut conn, today).await.unwrap());
    assert!(!handle(&worker, &early).await);
    assert_eq!(count(&mut admin, REMEMBERED).await, 1);
}
