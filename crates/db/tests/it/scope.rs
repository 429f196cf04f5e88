//! A request sees one merchant in one mode, or nothing.

use crate::support::{account, count, execute, intent, scope};
use db::{Connection, Schema, Scope};
use diesel::prelude::*;
use diesel::result::Error;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use domain::Mode;
use testkit::TestDb;

const SEEN: &str = "SELECT count(*) AS n FROM intents";

#[tokio::test]
async fn a_request_sees_its_merchant_in_its_mode_alone() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let live = scope(Mode::Live);
    let test = Scope {
        mode: Mode::Test,
        ..live
    };
    let stranger = scope(Mode::Live);
    for (owner, intents) in [(live, 3), (test, 2), (stranger, 1)] {
        let account = account(&mut admin, owner).await;
        for _ in 0..intents {
            intent(&mut admin, owner, account, 100).await;
        }
    }

    let databases = db.databases(Schema::Intents);
    for (owner, expected) in [(live, 3), (test, 2), (stranger, 1), (scope(Mode::Live), 0)] {
        let seen = databases
            .request
            .tenant(owner, async |tx| Ok::<_, Error>(count(tx, SEEN).await))
            .await
            .unwrap();
        assert_eq!(seen, expected, "{owner:?}");
        // Nor can it write for another.
        let others = format!(
            "INSERT INTO transitions (merchant_id, live, intent_id, sequence, event_id, event_type, status, at) \
             VALUES ('{}', {}, gen_random_uuid(), 1, gen_random_uuid(), 'x', 'x', now())",
            scope(Mode::Live).merchant,
            owner.mode.is_live(),
        );
        let refused = databases
            .request
            .tenant(owner, async |tx| execute(tx, &others).await)
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("row-level security"),
            "{refused}"
        );
    }
    let worker = databases
        .worker
        .transaction(async |tx| Ok::<_, Error>(count(tx, SEEN).await))
        .await
        .unwrap();
    assert_eq!(worker, 6);
}

#[tokio::test]
async fn a_reused_connection_without_scope_sees_nothing() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let shop = scope(Mode::Live);
    let account = account(&mut admin, shop).await;
    intent(&mut admin, shop, account, 100).await;

    // What the pool does, on one connection of the request role, and then what it must never do.
    let mut conn = db::Connection::establish(&db.url("intents_request"))
        .await
        .unwrap();
    let seen = "SELECT count(*) AS n FROM intents.intents";
    assert_eq!(count(&mut conn, seen).await, 0, "before any scope");
    let scoped = format!(
        "BEGIN; SELECT set_config('noxpay.merchant', '{}', true), set_config('noxpay.live', 'true', true)",
        shop.merchant
    );
    for end in ["COMMIT", "ROLLBACK"] {
        execute(&mut conn, &scoped).await.unwrap();
        assert_eq!(count(&mut conn, seen).await, 1);
        execute(&mut conn, end).await.unwrap();
        assert_eq!(count(&mut conn, seen).await, 0, "after {end}");
    }
    // A half scope is none.
    execute(
        &mut conn,
        "BEGIN; SELECT set_config('noxpay.live', 'true', true)",
    )
    .await
    .unwrap();
    assert_eq!(count(&mut conn, seen).await, 0);
}

#[tokio::test]
async fn a_scope_does_not_reach_into_the_next_transaction_of_the_pool() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let [one, other] = [scope(Mode::Live), scope(Mode::Live)];
    let account = account(&mut admin, one).await;
    intent(&mut admin, one, account, 100).await;

    let mut settings = db.settings(Schema::Intents);
    settings.request_connections = 1;
    let request = db::Databases::try_new(&settings).unwrap().request;
    for (who, expected) in [(one, 1), (other, 0), (one, 1)] {
        // One ends well, one badly.
        for outcome in [Ok(()), Err(Error::RollbackTransaction)] {
            let seen = request
                .tenant(who, async |tx| {
                    assert_eq!(count(tx, SEEN).await, expected);
                    outcome
                })
                .await;
            assert!(matches!(seen, Ok(()) | Err(Error::RollbackTransaction)));
        }
    }
}

/// The scope and the question travel together.
#[tokio::test]
async fn a_read_sees_its_merchant_alone_and_leaves_no_scope_behind() {
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let [one, other] = [scope(Mode::Live), scope(Mode::Live)];
    let account = account(&mut admin, one).await;
    intent(&mut admin, one, account, 100).await;

    let mut settings = db.settings(Schema::Intents);
    settings.request_connections = 1;
    let request = db::Databases::try_new(&settings).unwrap().request;
    for (who, expected) in [(one, 1), (other, 0), (one, 1)] {
        assert_eq!(
            request
                .read(who, async |conn| seen(conn).await)
                .await
                .unwrap(),
            expected
        );
        let failed = request.read(who, async |conn| {
            let unscoped = execute_on(conn, "ROLLBACK").await;
            unscoped.and(seen(conn).await)
        });
        assert_eq!(
            failed.await.unwrap(),
            0,
            "out of its transaction it sees nothing"
        );
        let broken = request.read(who, async |conn| execute_on(conn, "SELECT 1 / 0").await);
        broken.await.unwrap_err();
    }
    let after = request.tenant(other, async |tx| Ok::<_, Error>(count(tx, SEEN).await));
    assert_eq!(after.await.unwrap(), 0);
}

async fn seen(mut conn: &Connection) -> Result<i64, Error> {
    table! { intents (id) { id -> Uuid, } }
    intents::table.count().get_result(&mut conn).await
}

async fn execute_on(mut conn: &Connection, sql: &str) -> Result<(), Error> {
    conn.batch_execute(sql).await
}

#[tokio::test]
async fn no_role_reaches_another_services_schema() {
    let db = TestDb::new().await;
    for schema in Schema::ALL {
        for role in [schema.request_role(), schema.worker_role()] {
            let mut conn = db::Connection::establish(&db.url(role)).await.unwrap();
            for other in Schema::ALL.into_iter().filter(|s| *s != schema) {
                let peek = format!("SELECT FROM {}.outbox", other.name());
                let refused = execute(&mut conn, &peek).await.unwrap_err().to_string();
                assert!(
                    refused.contains("permission denied for schema"),
                    "{refused}"
                );
            }
            let become_owner = execute(&mut conn, "SET ROLE noxpay_owner").await;
            assert!(become_owner.is_err(), "{role}");
        }
    }
}
