//! What goes wrong between a service and its database.

use crate::support::{count, execute, scope};
use db::{Databases, Schema, constraint_of, is_connection_loss, is_transient};
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncConnection, RunQueryDsl};
use domain::Mode;
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
    for _ in 0..3 {
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
        databases
            .worker
            .transaction(async |tx| execute(tx, "SELECT FROM outbox").await)
            .await
            .unwrap();
        drop(databases.worker.get().await.unwrap());
    }
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
    // The server notices at once, though the pool has other connections to give.
    wait::until(Duration::from_secs(5), async || {
        worker
            .transaction(async |tx| {
                execute(tx, "LOCK TABLE leases IN ACCESS EXCLUSIVE MODE NOWAIT").await
            })
            .await
    })
    .await;
}

#[tokio::test]
async fn what_may_succeed_later_is_told_from_what_may_not() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let run = async |sql: &str| {
        let failed = worker.transaction(async |tx| execute(tx, sql).await).await;
        failed.unwrap_err()
    };
    let transient = [
        "SET LOCAL statement_timeout = 1; SELECT pg_sleep(10)",
        "DO $$ BEGIN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END $$",
        "DO $$ BEGIN RAISE 'could not serialize access' USING ERRCODE = '40001'; END $$",
        "SET TRANSACTION READ ONLY; INSERT INTO inbox VALUES (1, gen_random_uuid(), now())",
    ];
    for sql in transient {
        let error = run(sql).await;
        assert!(
            is_transient(&error) && !is_connection_loss(&error),
            "{sql}: {error:?}"
        );
    }
    for sql in [
        "SELECT 1 / 0",
        "SELECT FROM nowhere",
        "INSERT INTO leases (name) VALUES ('x')",
    ] {
        let error = run(sql).await;
        assert!(!is_transient(&error), "{sql}: {error:?}");
    }
    let twice =
        "INSERT INTO leases SELECT 'x', gen_random_uuid(), 1, now() FROM generate_series(1, 2)";
    assert_eq!(constraint_of(&run(twice).await), Some("leases_pkey"));
    assert_eq!(constraint_of(&run("SELECT 1 / 0").await), None);
}

#[tokio::test]
async fn locks_and_deadlocks_end_as_transient_errors() {
    let db = TestDb::new().await;
    let worker = db.databases(Schema::Mail).worker;
    let meet = tokio::sync::Barrier::new(2);
    let cross = async |first: &str, second: &str| {
        worker
            .transaction(async |tx| {
                execute(tx, &format!("LOCK TABLE {first}")).await?;
                meet.wait().await;
                execute(tx, &format!("LOCK TABLE {second}")).await
            })
            .await
    };
    let both = tokio::join!(cross("inbox_1", "inbox_2"), cross("inbox_2", "inbox_1"));
    let victim = match both {
        (Ok(()), Err(victim)) | (Err(victim), Ok(())) => victim,
        both => panic!("one is the victim: {both:?}"),
    };
    assert!(is_transient(&victim), "{victim:?}");

    let timed_out = worker
        .transaction(async |holder| {
            execute(holder, "LOCK TABLE leases").await?;
            let waiting = worker.transaction(async |tx| {
                execute(tx, "SET LOCAL lock_timeout = 20; LOCK TABLE leases").await
            });
            Ok::<_, Error>(waiting.await.unwrap_err())
        })
        .await
        .unwrap();
    assert!(is_transient(&timed_out), "{timed_out:?}");
}

#[tokio::test]
async fn an_exhausted_pool_is_a_transient_error() {
    let db = TestDb::new().await;
    let mut settings = db.settings(Schema::Mail);
    settings.request_connections = 1;
    let request = Databases::try_new(&settings).unwrap().request;
    let empty = request
        .tenant(scope(Mode::Live), async |_| {
            let second = request.tenant(scope(Mode::Live), async |_| Ok::<_, Error>(()));
            Ok::<_, Error>(second.await.unwrap_err())
        })
        .await
        .unwrap();
    assert!(is_transient(&empty), "{empty:?}");
    assert!(matches!(
        empty,
        Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, _)
    ));
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
