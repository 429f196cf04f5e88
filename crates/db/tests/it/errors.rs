//! Whether work may be begun anew, from what the server says.

use crate::support::{count, event, execute, scope};
use db::{Databases, Schema, constraint_of, is_connection_loss, is_transient, outbox};
use diesel::result::{DatabaseErrorKind, Error};
use domain::Mode;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::wait::PATIENCE;
use testkit::{ChaosProxy, TestDb, env};

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

/// The server is there and says nothing: its machine hangs, or a firewall forgot the connection.
#[tokio::test]
async fn a_server_that_says_nothing_is_a_transient_error() {
    let db = TestDb::new().await;
    let proxy = ChaosProxy::start(format!("{}:{}", env::pg_host(), env::pg_port())).await;
    let mut settings = db.settings(Schema::Mail);
    settings.request_url = db.url_via("mail_request", proxy.address());
    let request = Databases::try_new(&settings).unwrap().request;
    request.ping().await.unwrap();
    // Several connections stand by: they are not tried one after the other.
    let all = (0..6).map(|_| request.ping());
    for pinged in futures_util::future::join_all(all).await {
        pinged.unwrap();
    }

    proxy.pause();
    let asked = tokio::time::timeout(PATIENCE, request.ping());
    assert!(is_transient(&asked.await.unwrap().unwrap_err()));
    let read = request.read(scope(Mode::Live), async |_| Ok(()));
    // A caller is told within 2 s; this is three times as much.
    let read = tokio::time::timeout(Duration::from_secs(6), read).await;
    assert!(is_transient(&read.unwrap().unwrap_err()));
    proxy.resume();
    request.ping().await.unwrap();

    // The answer to the COMMIT is lost: the caller cannot know, and may try again.
    let one = event(Timestamp::UNIX_EPOCH);
    let lost = request.tenant(scope(Mode::Live), async |tx| {
        outbox::append(tx, &one, &BTreeMap::new()).await?;
        proxy.pause_answers();
        Ok::<_, Error>(())
    });
    let lost = tokio::time::timeout(PATIENCE, lost).await.unwrap();
    assert!(is_transient(&lost.unwrap_err()));
    let mut admin = db.admin().await;
    let stored = count(&mut admin, "SELECT count(*) AS n FROM mail.outbox").await;
    assert_eq!(stored, 1);
}
