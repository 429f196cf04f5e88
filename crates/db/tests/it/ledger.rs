//! What the schema refuses, whoever asks.

use crate::support::{account, allocate, count, execute, intent, observation, scope};
use db::{Connection, Schema, Scope, constraint_of, is_transient};
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::RunQueryDsl;
use domain::Mode;
use testkit::TestDb;
use testkit::wait::PATIENCE;
use uuid::Uuid;

fn is_foreign_key_violation(result: Result<(), Error>) -> bool {
    matches!(
        result,
        Err(Error::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation,
            _
        ))
    )
}

#[tokio::test]
async fn test_evidence_cannot_be_allocated_to_a_live_intent_even_by_sql() {
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    let live = scope(Mode::Live);
    let test = Scope {
        mode: Mode::Test,
        ..live
    };
    let live_account = account(&mut conn, live).await;
    let test_account = account(&mut conn, test).await;
    let live_intent = intent(&mut conn, live, live_account, 49_900).await;
    let evidence = observation(&mut conn, test, test_account, 49_900).await;

    // As a superuser, to whom no policy applies, and with either mode claimed in the row.
    for claimed in [live, test] {
        let refused = allocate(&mut conn, claimed, live_intent, evidence, 49_900).await;
        assert!(is_foreign_key_violation(refused), "{claimed:?}");
    }
    // An option of a live intent cannot name a test account either.
    let moved = format!("UPDATE intents.options SET account_id = '{test_account}'");
    assert!(is_foreign_key_violation(execute(&mut conn, &moved).await));
    let moved = "UPDATE intents.observations SET live = true";
    assert!(is_foreign_key_violation(execute(&mut conn, moved).await));
}

#[tokio::test]
async fn allocations_never_exceed_their_evidence() {
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    let shop = scope(Mode::Live);
    let account = account(&mut conn, shop).await;
    let one = intent(&mut conn, shop, account, 300).await;
    let other = intent(&mut conn, shop, account, 300).await;
    let evidence = observation(&mut conn, shop, account, 500).await;

    allocate(&mut conn, shop, one, evidence, 300).await.unwrap();
    let refused = allocate(&mut conn, shop, other, evidence, 300)
        .await
        .unwrap_err();
    assert_eq!(constraint_of(&refused), Some("allocations_within_evidence"));
    assert!(!is_transient(&refused));
    allocate(&mut conn, shop, other, evidence, 200)
        .await
        .unwrap();
    // What went back may be allocated again.
    allocate(&mut conn, shop, one, evidence, -100)
        .await
        .unwrap();
    allocate(&mut conn, shop, other, evidence, 100)
        .await
        .unwrap();
    let sum = "SELECT sum(amount)::bigint AS n FROM intents.allocations";
    assert_eq!(count(&mut conn, sum).await, 500);
}

#[tokio::test]
async fn concurrent_allocations_of_one_observation_have_one_winner() {
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    let shop = scope(Mode::Live);
    let account = account(&mut conn, shop).await;
    let intents = [
        intent(&mut conn, shop, account, 500).await,
        intent(&mut conn, shop, account, 500).await,
    ];
    for _ in 0..10 {
        let evidence = observation(&mut conn, shop, account, 500).await;
        let worker = db.databases(Schema::Intents).worker;
        let spend = async |intent: Uuid| {
            worker
                .transaction(async |tx| allocate(tx, shop, intent, evidence, 500).await)
                .await
        };
        let (one, other) = tokio::join!(spend(intents[0]), spend(intents[1]));
        let refused = match (one, other) {
            (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
            both => panic!("one wins: {both:?}"),
        };
        assert_eq!(constraint_of(&refused), Some("allocations_within_evidence"));
    }
}

/// Twelve checkouts at once that all want the same amount of the same account.
#[tokio::test]
async fn equal_holds_taken_at_once_have_one_winner_and_no_deadlock() {
    const CHECKOUTS: usize = 12;
    let db = TestDb::new().await;
    let mut admin = db.admin().await;
    let shop = scope(Mode::Live);
    let account = account(&mut admin, shop).await;
    let mut settings = db.settings(Schema::Intents);
    settings.request_connections = CHECKOUTS;
    let request = db::Databases::try_new(&settings).unwrap().request;

    for payable in [49_900, 49_901, 49_902] {
        let mut intents = Vec::new();
        for _ in 0..CHECKOUTS {
            intents.push(intent(&mut admin, shop, account, payable).await);
        }
        let hold = async |intent: Uuid| -> Result<usize, Error> {
            request
                .tenant(shop, async |tx| {
                    hold(tx, shop, account, intent, payable).await
                })
                .await
        };
        let all = futures_util::future::join_all(intents.into_iter().map(hold));
        let taken = tokio::time::timeout(PATIENCE, all).await.unwrap();
        let won = taken.into_iter().map(Result::unwrap).sum::<usize>();
        assert_eq!(won, 1, "for {payable}");
    }
}

async fn hold(
    conn: &mut Connection,
    shop: Scope,
    account: Uuid,
    intent: Uuid,
    payable: i64,
) -> Result<usize, Error> {
    let merchant = shop.merchant;
    diesel::sql_query(format!(
        "INSERT INTO reservations (account_id, payable, hold, merchant_id, live, intent_id, option_no) \
         VALUES ('{account}', {payable}, tstzrange(now(), now() + interval '20 minutes'), '{merchant}', true, '{intent}', 1) \
         ON CONFLICT DO NOTHING"
    ))
    .execute(conn)
    .await
}
