//! Two holders: one works, and the late one does no harm.

use crate::support::{count, execute};
use db::lease::{self, Lease};
use db::{Connection, Schema};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use std::time::Duration;
use testkit::TestDb;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(3600);

async fn run_out(conn: &mut Connection) {
    let sql = "UPDATE mail.leases SET held_until = clock_timestamp() - interval '1 microsecond'";
    execute(conn, sql).await.unwrap();
}

#[tokio::test]
async fn a_lease_has_one_holder_until_its_time_runs_out() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let worker = db.databases(Schema::Mail).worker;
    let mut conn = worker.get().await.unwrap();
    let [one, two] = [Uuid::new_v4(), Uuid::new_v4()];

    let first = lease::try_acquire(&mut conn, "relay", one, LONG)
        .await
        .unwrap()
        .unwrap();
    let none = lease::try_acquire(&mut conn, "relay", two, LONG)
        .await
        .unwrap();
    assert_eq!(none, None);
    let other = lease::try_acquire(&mut conn, "mailbox", two, LONG)
        .await
        .unwrap();
    assert!(other.is_some(), "another name is another lease");
    assert!(lease::renew(&mut conn, &first, LONG).await.unwrap());

    run_out(&mut admin).await;
    let second = lease::try_acquire(&mut conn, "relay", two, LONG)
        .await
        .unwrap()
        .unwrap();
    assert!(second.token > first.token);
    assert!(!lease::renew(&mut conn, &first, LONG).await.unwrap());
    // The loser gives up what it no longer has.
    lease::release(&mut conn, &first).await.unwrap();
    assert!(lease::renew(&mut conn, &second, LONG).await.unwrap());

    lease::release(&mut conn, &second).await.unwrap();
    let third = lease::try_acquire(&mut conn, "relay", one, LONG)
        .await
        .unwrap()
        .unwrap();
    assert!(third.token > second.token, "the token outlives a release");
}

#[tokio::test]
async fn a_lease_that_ran_out_unnoticed_may_be_renewed() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let worker = db.databases(Schema::Mail).worker;
    let mut conn = worker.get().await.unwrap();
    let held = lease::try_acquire(&mut conn, "relay", Uuid::new_v4(), LONG)
        .await
        .unwrap()
        .unwrap();
    run_out(&mut admin).await;
    assert!(lease::renew(&mut conn, &held, LONG).await.unwrap());
    let taken = lease::try_acquire(&mut conn, "relay", Uuid::new_v4(), LONG)
        .await
        .unwrap();
    assert_eq!(taken, None);
}

#[tokio::test]
async fn of_many_that_ask_at_once_one_gets_the_lease() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let ask = async |_| {
        let mut conn = worker.get().await.unwrap();
        lease::try_acquire(&mut conn, "relay", Uuid::new_v4(), LONG)
            .await
            .unwrap()
    };
    let got = futures_util::future::join_all((0..12).map(ask)).await;
    assert_eq!(got.into_iter().flatten().count(), 1);
}

/// The effect's own statement refuses the holder of an older token, however late it comes.
#[tokio::test]
async fn a_stalled_holder_cannot_write_after_its_successor() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let worker = db.databases(Schema::Mail).worker;
    let mailbox = Uuid::now_v7();
    execute(
        &mut admin,
        &format!(
            "INSERT INTO mail.mailboxes (id, merchant_id, live, host, port, username, sealed_password, created_at) \
             VALUES ('{mailbox}', gen_random_uuid(), true, 'imap.test', 993, 'u', 'x', now()); \
             INSERT INTO mail.cursors (mailbox_id, uidvalidity, last_uid, fence) VALUES ('{mailbox}', 1, 10, 0)"
        ),
    )
    .await
    .unwrap();
    let write = async |lease: &Lease, uid: i64| -> usize {
        let mut conn = worker.get().await.unwrap();
        diesel::sql_query("UPDATE cursors SET last_uid = $2, fence = $1 WHERE fence <= $1")
            .bind::<BigInt, _>(lease.token)
            .bind::<BigInt, _>(uid)
            .execute(&mut conn)
            .await
            .unwrap()
    };
    let mut conn = worker.get().await.unwrap();
    let stalled = lease::try_acquire(&mut conn, "m", Uuid::new_v4(), LONG)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(write(&stalled, 11).await, 1);
    run_out(&mut admin).await;
    let successor = lease::try_acquire(&mut conn, "m", Uuid::new_v4(), LONG)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(write(&successor, 20).await, 1);
    assert_eq!(write(&stalled, 12).await, 0);
    let uid = "SELECT last_uid AS n FROM mail.cursors";
    assert_eq!(count(&mut admin, uid).await, 20);
}
