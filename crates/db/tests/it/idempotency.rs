//! One key, one effect, one reply.

use crate::support::{count, event, scope};
use db::idempotency::{CredentialClass, Key, Lookup, fingerprint, forget_before, lookup, store};
use db::{RequestPool, Schema, Scope, constraint_of, outbox};
use diesel::result::Error;
use domain::Mode;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use testkit::TestDb;

fn key(scope: Scope, key: &str) -> Key<'_> {
    Key {
        scope,
        class: CredentialClass::Secret,
        route: "create-payment",
        key,
    }
}

/// A call as a service makes it; the effect is an event.
async fn call(
    pool: &RequestPool,
    key: &Key<'_>,
    body: &[u8],
    reply: &[u8],
) -> Result<Lookup, Error> {
    let print = fingerprint("POST", key.route, body);
    pool.tenant(key.scope, async |tx| {
        let known = lookup(tx, key, &print).await?;
        if known == Lookup::New {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await?;
            store(tx, key, &print, reply, Timestamp::UNIX_EPOCH).await?;
        }
        Ok(known)
    })
    .await
}

#[tokio::test]
async fn a_key_replays_its_reply_and_refuses_another_request() {
    let db = TestDb::new().await;
    let pool = db.databases(Schema::Intents).request;
    let shop = scope(Mode::Live);
    let k = key(shop, "k-1");
    assert_eq!(call(&pool, &k, b"a", b"reply").await.unwrap(), Lookup::New);
    let replay = Lookup::Replay(b"reply".to_vec());
    assert_eq!(call(&pool, &k, b"a", b"no").await.unwrap(), replay);
    assert_eq!(
        call(&pool, &k, b"b", b"no").await.unwrap(),
        Lookup::Mismatch
    );
    // Another merchant, mode, class or route is another key.
    let elsewhere = [
        key(scope(Mode::Live), "k-1"),
        key(
            Scope {
                mode: Mode::Test,
                ..shop
            },
            "k-1",
        ),
        Key {
            class: CredentialClass::Public,
            ..k
        },
        Key {
            route: "cancel",
            ..k
        },
    ];
    for k in elsewhere {
        assert_eq!(
            call(&pool, &k, b"b", b"x").await.unwrap(),
            Lookup::New,
            "{k:?}"
        );
    }
}

#[tokio::test]
async fn calls_with_one_key_at_once_have_one_effect() {
    let db = TestDb::new().await;
    let pool = db.databases(Schema::Intents).request;
    for round in 0..10 {
        let name = format!("k-{round}");
        let k = key(scope(Mode::Live), &name);
        let calls = (0..4).map(|_| call(&pool, &k, b"a", b"reply"));
        let known = futures_util::future::join_all(calls).await;
        let new = known
            .iter()
            .filter(|k| matches!(k, Ok(Lookup::New)))
            .count();
        let replayed = known
            .iter()
            .filter(|k| matches!(k, Ok(Lookup::Replay(_))))
            .count();
        assert_eq!((new, replayed), (1, 3), "{known:?}");
    }
    let mut admin = db.admin().await;
    assert_eq!(
        count(&mut admin, "SELECT count(*) AS n FROM intents.outbox").await,
        10
    );
}

#[tokio::test]
async fn a_key_whose_call_does_not_end_is_in_flight() {
    let db = TestDb::new().await;
    let pool = db.databases(Schema::Intents).request;
    let k = key(scope(Mode::Live), "k");
    let print = fingerprint("POST", k.route, b"a");
    let second = pool
        .tenant(k.scope, async |tx| {
            assert_eq!(lookup(tx, &k, &print).await?, Lookup::New);
            // While the first still works. Its transaction is of no use any more.
            let second = pool.tenant(k.scope, async |tx| {
                let known = lookup(tx, &k, &print).await?;
                assert_eq!(known, Lookup::InFlight);
                Err::<(), _>(Error::RollbackTransaction)
            });
            Ok::<_, Error>(second.await)
        })
        .await
        .unwrap();
    assert!(
        matches!(second, Err(Error::RollbackTransaction)),
        "{second:?}"
    );
    assert_eq!(call(&pool, &k, b"a", b"reply").await.unwrap(), Lookup::New);
}

#[tokio::test]
async fn a_known_key_takes_the_effect_back_with_it() {
    let db = TestDb::new().await;
    let databases = db.databases(Schema::Intents);
    let k = key(scope(Mode::Live), "k");
    call(&databases.request, &k, b"a", b"reply").await.unwrap();
    // Without looking up first.
    let refused = databases
        .request
        .tenant(k.scope, async |tx| {
            outbox::append(tx, &event(Timestamp::UNIX_EPOCH), &BTreeMap::new()).await?;
            store(tx, &k, &[0; 32], b"x", Timestamp::UNIX_EPOCH).await
        })
        .await
        .unwrap_err();
    assert_eq!(constraint_of(&refused), Some("idempotency_pkey"));

    let mut worker = databases.worker.get().await.unwrap();
    assert_eq!(
        count(&mut worker, "SELECT count(*) AS n FROM outbox").await,
        1
    );
    let tomorrow = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24);
    assert_eq!(
        forget_before(&mut worker, Timestamp::UNIX_EPOCH)
            .await
            .unwrap(),
        0
    );
    assert_eq!(forget_before(&mut worker, tomorrow).await.unwrap(), 1);
    assert_eq!(
        call(&databases.request, &k, b"b", b"x").await.unwrap(),
        Lookup::New
    );
}
