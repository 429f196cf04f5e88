//! Events leave with their cause, and none is lost.

use crate::support::{event, scope};
use db::{Schema, outbox};
use diesel::result::Error;
use domain::Mode;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::TestDb;
use testkit::wait::PATIENCE;

fn trace() -> BTreeMap<String, String> {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    BTreeMap::from([("traceparent".to_owned(), parent.to_owned())])
}

#[tokio::test]
async fn an_event_waits_in_order_until_it_is_deleted() {
    let db = TestDb::new().await;
    let databases = db.databases(Schema::Gateway);
    let [one, two] = [event(Timestamp::UNIX_EPOCH), event(Timestamp::UNIX_EPOCH)];
    // The request role may append, and nothing else.
    databases
        .request
        .tenant(scope(Mode::Live), async |tx| {
            outbox::append(tx, &one, &trace()).await
        })
        .await
        .unwrap();
    databases
        .worker
        .transaction(async |tx| outbox::append(tx, &two, &BTreeMap::new()).await)
        .await
        .unwrap();
    let peek = databases
        .request
        .tenant(scope(Mode::Live), async |tx| outbox::batch(tx, 10).await)
        .await;
    assert!(peek.unwrap_err().to_string().contains("permission denied"));

    let mut conn = databases.worker.get().await.unwrap();
    let waiting = outbox::batch(&mut conn, 10).await.unwrap();
    let ids: Vec<_> = waiting.iter().map(|row| row.event_id).collect();
    assert_eq!(ids, [one.id.uuid(), two.id.uuid()]);
    assert_eq!(waiting[0].event_type, "merchant.created");
    assert_eq!(waiting[0].envelope, one.to_json().unwrap());
    assert_eq!(waiting[0].trace, trace());
    assert_eq!(outbox::batch(&mut conn, 1).await.unwrap(), waiting[..1]);
    let backlog = outbox::depth_and_age(&mut conn).await.unwrap();
    assert_eq!(backlog.rows, 2);
    assert!(backlog.age.is_some_and(|age| age < PATIENCE));

    assert_eq!(
        outbox::delete(&mut conn, &[waiting[0].id]).await.unwrap(),
        1
    );
    assert_eq!(outbox::batch(&mut conn, 10).await.unwrap(), waiting[1..]);
    outbox::delete(&mut conn, &[waiting[1].id]).await.unwrap();
    let backlog = outbox::depth_and_age(&mut conn).await.unwrap();
    assert_eq!((backlog.rows, backlog.age), (0, None));
}

#[tokio::test]
async fn a_row_that_commits_late_with_a_lower_id_is_not_lost() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let [slow, fast] = [event(Timestamp::UNIX_EPOCH), event(Timestamp::UNIX_EPOCH)];
    let mut relay = worker.get().await.unwrap();
    worker
        .transaction(async |tx| {
            outbox::append(tx, &slow, &BTreeMap::new()).await?;
            // Meanwhile another takes the next id, commits, and is published.
            worker
                .transaction(async |tx| outbox::append(tx, &fast, &BTreeMap::new()).await)
                .await?;
            let first = outbox::batch(&mut relay, 10).await?;
            assert_eq!(first.len(), 1);
            assert_eq!(first[0].event_id, fast.id.uuid());
            outbox::delete(&mut relay, &[first[0].id]).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let then = outbox::batch(&mut relay, 10).await.unwrap();
    assert_eq!(then.len(), 1);
    assert_eq!(then[0].event_id, slow.id.uuid());
}

#[tokio::test]
async fn an_event_goes_back_with_its_cause() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let lost = worker
        .transaction(async |tx| {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await?;
            Err::<(), _>(Error::RollbackTransaction)
        })
        .await;
    assert_eq!(lost, Err(Error::RollbackTransaction));
    let mut conn = worker.get().await.unwrap();
    assert!(outbox::batch(&mut conn, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_a_commit_that_appended_wakes_the_relay() {
    let db = TestDb::new().await;
    let databases = db.databases(Schema::Gateway);
    let wake = databases.outbox_wake();
    let worker = &databases.worker;
    let quiet = async || tokio::time::timeout(Duration::from_millis(50), wake.woken()).await;

    worker
        .transaction(async |_| Ok::<_, Error>(()))
        .await
        .unwrap();
    let rolled_back = worker
        .transaction(async |tx| {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await?;
            Err::<(), _>(Error::RollbackTransaction)
        })
        .await;
    rolled_back.unwrap_err();
    assert!(quiet().await.is_err(), "nothing was appended");

    // From either pool, and kept for a relay that is busy at the moment.
    databases
        .request
        .tenant(scope(Mode::Test), async |tx| {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await
        })
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, wake.woken()).await.unwrap();
    worker
        .transaction(async |tx| {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await
        })
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, wake.woken()).await.unwrap();
}
