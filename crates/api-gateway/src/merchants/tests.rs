use super::{Actor, MerchantName, NewMerchant, create};
use crate::tests::Gateway;
use db::outbox;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl as _;
use domain::Mode;
use domain::event::{Envelope, Event};
use serde_json::{Value, json};

fn actor(idempotency_key: Option<&str>) -> Actor {
    Actor {
        name: "test".into(),
        request_id: "r-1".to_owned(),
        idempotency_key: idempotency_key.map(str::to_owned),
    }
}

fn new_merchant() -> NewMerchant {
    NewMerchant {
        name: MerchantName::parse("A Shop").unwrap(),
        modes: vec![Mode::Live, Mode::Test],
        rate_limit_rpm: None,
    }
}

async fn count(gateway: &Gateway, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut conn = gateway.db.admin().await;
    let row: Count = diesel::sql_query(sql).get_result(&mut conn).await.unwrap();
    row.count
}

#[actix_web::test]
async fn what_happens_to_a_merchant_is_told_in_order_without_gaps() {
    let gateway = Gateway::new().await;
    let (id, _, _) = gateway.merchant().await;
    let path = format!("/api/v1/admin/merchants/{id}");
    for change in [
        json!({ "name": "Another Shop" }),
        // Nothing changes: nothing is told.
        json!({ "name": "Another Shop" }),
        json!({ "active": false }),
        json!({ "active": true }),
    ] {
        let answer = gateway.admin("PATCH", &path, change).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let mut conn = gateway.app.databases.worker.get().await.unwrap();
    let rows = outbox::batch(&mut conn, 100).await.unwrap();
    let told: Vec<(String, i64, bool)> = rows
        .iter()
        .map(|row| {
            let envelope = Envelope::from_json(row.envelope.as_bytes()).unwrap();
            let Event::Merchant(_, snapshot) = envelope.event else {
                panic!("{}", row.event_type);
            };
            assert_eq!(snapshot.merchant_id.to_string(), id);
            (row.event_type.clone(), snapshot.sequence, snapshot.active)
        })
        .collect();
    let expected = [
        ("merchant.created", 1, true),
        ("merchant.changed", 2, true),
        ("merchant.disabled", 3, false),
        ("merchant.changed", 4, true),
    ];
    assert_eq!(
        told,
        expected.map(|(kind, n, active)| (kind.to_owned(), n, active))
    );
}

#[actix_web::test]
async fn every_use_of_the_admin_key_leaves_a_row() {
    #[derive(QueryableByName, Debug, PartialEq)]
    struct Row {
        #[diesel(sql_type = Text)]
        action: String,
        #[diesel(sql_type = Text)]
        actor: String,
        #[diesel(sql_type = Nullable<Text>)]
        mode: Option<String>,
    }
    let gateway = Gateway::new().await;
    let (id, key, _) = gateway.merchant().await;
    let scope = format!("merchant_id={id}&mode=test");
    gateway
        .admin("GET", "/api/v1/admin/merchants", Value::Null)
        .await;
    gateway
        .admin("GET", &format!("/api/v1/admin/keys?{scope}"), Value::Null)
        .await;
    gateway
        .admin(
            "POST",
            &format!("/api/v1/admin/keys/{key}/rotate"),
            Value::Null,
        )
        .await;
    gateway
        .admin("DELETE", &format!("/api/v1/admin/keys/{key}"), Value::Null)
        .await;
    // Its service is away, but the use is on record.
    let away = gateway
        .admin(
            "GET",
            &format!("/api/v1/admin/accounts?{scope}"),
            Value::Null,
        )
        .await;
    assert_eq!(away.status, 503);
    let mut conn = gateway.db.admin().await;
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT action, actor, CASE live WHEN true THEN 'live' WHEN false THEN 'test' END AS mode \
         FROM gateway.audit_log ORDER BY id",
    )
    .load(&mut conn)
    .await
    .unwrap();
    let row = |action: &str, mode: Option<&str>| Row {
        action: action.to_owned(),
        actor: "admin".to_owned(),
        mode: mode.map(str::to_owned),
    };
    assert_eq!(
        rows,
        [
            row("merchant.create", None),
            row("merchant.list", None),
            row("key.list", Some("test")),
            row("key.rotate", Some("test")),
            row("key.revoke", Some("test")),
            row("account.list", Some("test")),
        ]
    );
}

#[actix_web::test]
async fn a_replayed_rotation_never_shows_the_secret() {
    let gateway = Gateway::new().await;
    let (_, key, first) = gateway.merchant().await;
    let rotate = || {
        actix_web::test::TestRequest::post()
            .uri(&format!("/api/v1/admin/keys/{key}/rotate"))
            .insert_header(("x-master-key", crate::tests::ADMIN_KEY))
            .insert_header(("idempotency-key", "rotation-1"))
    };
    let answer = gateway.call(rotate()).await;
    assert_eq!(answer.status, 201);
    let secret = answer.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(secret, first);
    let again = gateway.call(rotate()).await;
    assert_eq!(again.status, 409, "{}", again.body);
    assert!(
        !again.body.contains("secret_") && !again.body.contains("sk_"),
        "{}",
        again.body
    );
    let secrets = "SELECT count(*) FROM gateway.credentials";
    assert_eq!(count(&gateway, secrets).await, 2);
}

#[actix_web::test]
async fn of_two_creations_under_one_key_one_happens() {
    let gateway = Gateway::new().await;
    let actor = actor(Some("create-1"));
    let issuer = &gateway.app.issuer;
    let (a, b) = tokio::join!(
        create(issuer, &actor, new_merchant()),
        create(issuer, &actor, new_merchant()),
    );
    assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
    assert_eq!(
        count(&gateway, "SELECT count(*) FROM gateway.merchants").await,
        1
    );
}

#[actix_web::test]
async fn no_secret_is_stored() {
    let gateway = Gateway::new().await;
    let created = create(&gateway.app.issuer, &actor(None), new_merchant())
        .await
        .unwrap();
    let mut conn = gateway.db.admin().await;
    for issued in created.issued {
        assert!(issued.expose().starts_with(&format!("sk_{}_", issued.mode)));
        for table in ["merchants", "credentials", "audit_log", "outbox"] {
            let sql =
                format!("SELECT count(*) FROM gateway.{table} t WHERE position($1 IN t::text) > 0");
            #[derive(QueryableByName)]
            struct Count {
                #[diesel(sql_type = BigInt)]
                count: i64,
            }
            let found: Count = diesel::sql_query(sql)
                .bind::<Text, _>(issued.expose())
                .get_result(&mut conn)
                .await
                .unwrap();
            assert_eq!(found.count, 0, "{table}");
        }
    }
}

#[actix_web::test]
async fn a_checkout_shows_its_own_merchants_name() {
    let gateway = Gateway::new().await;
    let mine = create(&gateway.app.issuer, &actor(None), new_merchant())
        .await
        .unwrap();
    let scope = |merchant| db::Scope {
        merchant,
        mode: Mode::Test,
    };
    let pool = &gateway.app.databases.request;
    let name = super::name_of(pool, scope(mine.merchant.id()))
        .await
        .unwrap();
    assert_eq!(name.as_deref(), Some("A Shop"));
    let other = super::name_of(pool, scope(domain::ids::MerchantId::new()))
        .await
        .unwrap();
    assert_eq!(other, None);
}
