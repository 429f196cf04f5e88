//! One clock for SQL and for every service.

use crate::support::{execute, texts};
use db::{Schema, clock, constraint_of, migrate};
use diesel_async::AsyncConnection;
use domain::Clock;
use jiff::SignedDuration;
use testkit::{TestDb, wait};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[tokio::test]
async fn every_service_follows_the_installations_clock() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let clock = Clock::new();
    let row = clock::refresh_once(&clock, &worker).await.unwrap();
    assert_eq!(row.offset, SignedDuration::ZERO);

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(clock::follow(clock.clone(), worker.clone(), stop.clone()));
    let two_days = SignedDuration::from_hours(48);
    db.advance_clock(two_days).await;
    wait::until(wait::PATIENCE, async || {
        let ahead = clock.now().duration_since(Clock::new().now());
        if ahead > SignedDuration::from_hours(47) {
            Ok(())
        } else {
            Err(ahead)
        }
    })
    .await;
    let mut conn = worker.get().await.unwrap();
    let in_sql = clock::now(&mut conn).await.unwrap();
    assert!(in_sql.duration_since(Clock::new().now()) > SignedDuration::from_hours(47));
    assert!(clock.now().duration_since(in_sql).abs() < SignedDuration::from_secs(60));

    stop.cancel();
    tasks.close();
    tokio::time::timeout(wait::PATIENCE, tasks.wait())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_production_clock_cannot_be_moved() {
    let db = TestDb::new().await;
    let url = db.admin_url();
    let mut admin = db.admin().await;
    let hour = SignedDuration::from_hours(1);

    migrate::set_production(&url, true).await.unwrap();
    let refused = clock::set_offset(&mut admin, hour).await.unwrap_err();
    assert_eq!(constraint_of(&refused), Some("production_has_no_offset"));
    // Nor may a clock that was moved go into production.
    migrate::set_production(&url, false).await.unwrap();
    clock::set_offset(&mut admin, hour).await.unwrap();
    assert!(migrate::set_production(&url, true).await.is_err());
    assert!(!clock::read(&mut admin).await.unwrap().production);
    // There is one clock.
    let second = "INSERT INTO noxpay.noxpay_clock (only_row) VALUES (false)";
    assert!(execute(&mut admin, second).await.is_err());
}

#[tokio::test]
async fn no_service_can_move_the_clock() {
    let db = TestDb::new().await;
    for role in db::roles::LOGIN_ROLES {
        let mut conn = db::Connection::establish(&db.url(role)).await.unwrap();
        let moved = execute(&mut conn, "UPDATE noxpay.noxpay_clock SET offset_us = 1").await;
        assert!(moved.is_err(), "{role}");
        assert_eq!(
            texts(&mut conn, "SELECT noxpay.noxpay_now()::text AS t")
                .await
                .len(),
            1
        );
    }
}
