//! What goes in comes out.

use db::types::{JsonText, MinorUnits, from_db, to_db};
use diesel::result::Error;
use diesel::sql_types::{Json, Numeric, Text, Timestamptz};
use diesel::{IntoSql, QueryableByName};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use testkit::TestDb;

#[tokio::test]
async fn json_keeps_its_bytes() {
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    for text in [r#"{"b": 1.50,  "a":1e400,"b":2}"#, "\"\\u0041é\"", "null"] {
        let json = JsonText::new(text);
        let back: JsonText = diesel::select(json.clone().into_sql::<Json>())
            .get_result(&mut conn)
            .await
            .unwrap();
        assert_eq!(back, json);
    }
    let broken = diesel::select(JsonText::new("{").into_sql::<Json>())
        .get_result::<JsonText>(&mut conn)
        .await;
    assert!(broken.is_err());
}

#[tokio::test]
async fn minor_units_are_exact_or_refused() {
    #[derive(Debug, QueryableByName)]
    struct Amount {
        #[diesel(sql_type = Numeric)]
        amount: MinorUnits,
        #[diesel(sql_type = Text)]
        printed: String,
    }
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    for minor in [0, 1, -1, 9_999, 10_000, 49_900, 1 << 53, i64::MAX, i64::MIN] {
        let row: Amount =
            diesel::sql_query("SELECT $1 AS amount, $1::numeric(78, 0)::text AS printed")
                .bind::<Numeric, _>(MinorUnits(minor))
                .get_result(&mut conn)
                .await
                .unwrap();
        assert_eq!(row.amount, MinorUnits(minor));
        assert_eq!(row.printed, minor.to_string());
    }
    for unfit in [
        "9223372036854775808",
        "-9223372036854775809",
        "0.5",
        "'NaN'",
        "1e77",
    ] {
        let sql = format!("SELECT {unfit}::numeric AS amount, '' AS printed");
        let refused = diesel::sql_query(sql).get_result::<Amount>(&mut conn).await;
        assert!(
            matches!(refused, Err(Error::DeserializationError(_))),
            "{unfit}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn times_keep_their_microseconds() {
    let db = TestDb::new().await;
    let mut conn = db.admin().await;
    for text in [
        "2026-11-21T10:00:00.123456Z",
        "1969-12-31T23:59:59.999999Z",
        "1999-12-31T00:00:00Z",
    ] {
        let at: Timestamp = text.parse().unwrap();
        let back = diesel::select(to_db(at).into_sql::<Timestamptz>())
            .get_result(&mut conn)
            .await
            .unwrap();
        assert_eq!(from_db(back), at);
    }
}
