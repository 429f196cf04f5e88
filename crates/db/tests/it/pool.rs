//! What goes wrong between a service and its database.

use crate::support::{count, event, execute, scope};
use db::{Connection, Databases, Schema, inbox, is_connection_loss, is_transient, outbox};
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncConnection, RunQueryDsl};
use domain::Mode;
use futures_util::StreamExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::TestDb;
use testkit::wait::{self, PATIENCE};

#[tokio::test]
async fn a_service_starts_while_postgres_is_away() {
    let db = TestDb::new().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let mut settings = db.settings(Schema::Mail);
    settings.request_url = db.url_via("mail_request", address);
    settings.worker_url = db.url_via("mail_worker", address);
    let databases = Databases::try_new(&settings).unwrap();

    let nothing = databases
        .request
        .tenant(scope(Mode::Live), async |_| Ok::<_, Error>(()));
    let refused = tokio::time::timeout(PATIENCE, nothing)
        .await
        .unwrap()
        .unwrap_err();
    assert!(is_transient(&refused), "{refused:?}");
    assert!(!refused.to_string().contains("noxpay-test"), "{refused}");
    assert!(is_connection_loss(
        &databases.worker.get().await.err().unwrap()
    ));
    assert!(databases.request.ping().await.is_err());

    settings.worker_url = "http://127.0.0.1/x".to_owned();
    assert!(Databases::try_new(&settings).is_err());
}

#[tokio::test]
async fn connections_that_died_in_the_pool_are_replaced_unseen() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let databases = db.databases(Schema::Mail);
    for round in 0..3 {
        let mut held = Vec::new();
        for _ in 0..6 {
            held.push(databases.worker.get().await.unwrap());
        }
        drop(held);
        // As a restart of the server would.
        let kill = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
                    WHERE datname = current_database() AND usename = 'mail_worker'";
        assert!(count(&mut admin, kill).await > 0);
        wait::until(PATIENCE, async || {
            let left = "SELECT count(*) AS n FROM pg_stat_activity \
                        WHERE datname = current_database() AND usename = 'mail_worker'";
            match count(&mut admin, left).await {
                0 => Ok(()),
                some => Err(some),
            }
        })
        .await;
        let worker = &databases.worker;
        match round {
            0 => worker
                .transaction(async |tx| execute(tx, "SELECT FROM outbox").await)
                .await
                .unwrap(),
            1 => drop(worker.get().await.unwrap()),
            _ => assert_eq!(
                worker.read(async |conn| outbox_rows(conn).await).await,
                Ok(0)
            ),
        }
    }
}

async fn outbox_rows(mut conn: &Connection) -> Result<i64, Error> {
    table! { outbox (id) { id -> BigInt, } }
    outbox::table.count().get_result(&mut conn).await
}

#[tokio::test]
async fn a_connection_that_dies_in_use_is_a_transient_error() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let died = worker
        .transaction(async |tx| execute(tx, "SELECT pg_terminate_backend(pg_backend_pid())").await)
        .await
        .unwrap_err();
    assert!(is_transient(&died) && is_connection_loss(&died), "{died:?}");
    drop(worker.get().await.unwrap());
}

/// PostgreSQL itself would answer the COMMIT with success, and roll back.
#[tokio::test]
async fn a_failure_that_the_work_swallowed_fails_the_commit() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let lost = worker
        .transaction(async |tx| {
            execute(
                tx,
                "INSERT INTO inbox (slot, event_id) VALUES (1, gen_random_uuid())",
            )
            .await?;
            execute(tx, "SELECT 1 / 0").await.unwrap_err();
            Ok::<_, Error>(())
        })
        .await;
    assert!(lost.is_err());

    // A savepoint keeps the failure to itself.
    worker
        .transaction(async |tx| {
            execute(
                tx,
                "INSERT INTO inbox (slot, event_id) VALUES (1, gen_random_uuid())",
            )
            .await?;
            let inner = tx.transaction(async |tx| execute(tx, "SELECT 1 / 0").await);
            inner.await.unwrap_err();
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let mut conn = worker.get().await.unwrap();
    assert_eq!(count(&mut conn, "SELECT count(*) AS n FROM inbox").await, 1);
}

#[tokio::test]
async fn a_request_that_went_away_holds_no_locks() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let (locked, was_locked) = tokio::sync::oneshot::channel();
    let abandoned = worker.transaction(async |tx| {
        execute(tx, "LOCK TABLE leases IN ACCESS EXCLUSIVE MODE").await?;
        locked.send(()).unwrap();
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::select! {
        _ = abandoned => unreachable!("it never ends"),
        went_away = was_locked => went_away.unwrap(),
    }
    // Nobody else asks the pool for a connection, which would find the forgotten one.
    let mut admin = db.admin().await;
    wait::until(Duration::from_secs(5), async || {
        let lock = "BEGIN; LOCK TABLE mail.leases IN ACCESS EXCLUSIVE MODE NOWAIT; ROLLBACK";
        let locked = execute(&mut admin, lock).await;
        if locked.is_err() {
            execute(&mut admin, "ROLLBACK").await.unwrap();
        }
        locked
    })
    .await;
}

#[tokio::test]
async fn every_connection_has_its_limits_and_its_search_path() {
    let db = TestDb::new().await;
    let databases = db.databases(Schema::Webhooks);
    let show = "SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'), \
                current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'), \
                current_setting('application_name')) AS t";
    let mut worker = databases.worker.get().await.unwrap();
    let path = "webhooks,noxpay,public";
    assert_eq!(
        crate::support::texts(&mut worker, show).await,
        [format!("{path} 30s 10s 30s noxpay-test")]
    );
    let request = databases
        .request
        .tenant(scope(Mode::Live), async |tx| {
            Ok::<_, Error>(crate::support::texts(tx, show).await)
        })
        .await
        .unwrap();
    assert_eq!(request, [format!("{path} 5s 3s 10s noxpay-test")]);
    diesel::sql_query("SELECT noxpay_now()")
        .execute(&mut worker)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_notification_reaches_a_session_of_its_own() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Gateway).worker;
    let mut listener = worker.dedicated().await.unwrap();
    execute(&mut listener, "LISTEN revoked").await.unwrap();
    worker
        .transaction(async |tx| execute(tx, "NOTIFY revoked, 'key'").await)
        .await
        .unwrap();
    let mut heard = std::pin::pin!(listener.notifications_stream());
    let heard = tokio::time::timeout(PATIENCE, heard.next()).await.unwrap();
    assert_eq!(heard.unwrap().unwrap().payload, "key");
}

/// Handlers of the servers that the services use must be able to move between threads.
#[tokio::test]
async fn transactions_may_move_between_threads() {
    fn movable<F: Future + Send>(future: F) -> F {
        future
    }
    let db = TestDb::new().await;
    let databases = db.databases(Schema::Mail);
    let borrowed = event(Timestamp::UNIX_EPOCH);
    let nothing = BTreeMap::new();
    let request = databases.request.tenant(scope(Mode::Live), async |tx| {
        outbox::append(tx, &borrowed, &nothing).await
    });
    movable(request).await.unwrap();
    let other = event(Timestamp::UNIX_EPOCH);
    let work = databases.worker.transaction(async |tx| {
        if !inbox::first_time(tx, &other).await? {
            return Ok::<_, Error>(None);
        }
        tx.transaction::<_, Error, _>(async |tx| outbox::append(tx, &other, &nothing).await)
            .await?;
        Ok(outbox::batch(tx, 10).await?.pop())
    });
    let last = movable(work).await.unwrap();
    assert_eq!(last.unwrap().event_id, other.id.uuid());
}
