use crate::tests::{ADMIN_KEY, Gateway};
use actix_web::test::TestRequest;
use insta::assert_snapshot;
use serde_json::{Value, json};
use uuid::Uuid;

const INTENT: &str = "/api/v1/intents/A";

fn observation() -> String {
    format!("/api/v1/observations/{}", Uuid::nil())
}

#[actix_web::test]
async fn a_decision_without_a_reason_is_refused_by_name_and_writes_nothing() {
    let gateway = Gateway::new().await;
    let (id, key, secret) = gateway.merchant().await;
    let long = json!({ "reason": "x".repeat(301) }).to_string();
    let mut lines = Vec::new();
    for (path, body) in [
        (format!("{INTENT}/approve"), ""),
        (format!("{INTENT}/approve"), "{"),
        (format!("{INTENT}/approve"), "[]"),
        (format!("{INTENT}/approve"), r#"{"reason": 7}"#),
        (format!("{INTENT}/approve"), r#"{"reason": " \u200b\n"}"#),
        (format!("{INTENT}/reject"), long.as_str()),
        (
            format!("{INTENT}/reverse"),
            r#"{"reason": "a", "reason": "b"}"#,
        ),
        (
            format!("{INTENT}/approve"),
            r#"{"reason": "a", "accept": "late"}"#,
        ),
        (
            format!("{INTENT}/approve"),
            r#"{"reason": "a", "accept": [7]}"#,
        ),
        (
            format!("{INTENT}/approve"),
            r#"{"reason": "a", "accept": ["anything"]}"#,
        ),
        (format!("{}/match", observation()), r#"{"reason": "a"}"#),
        (
            format!("{}/match", observation()),
            r#"{"reason": "a", "intent": "a b"}"#,
        ),
        (
            "/api/v1/observations/7/dismiss".to_owned(),
            r#"{"reason": "a"}"#,
        ),
        (format!("{}/forget", observation()), r#"{"reason": "a"}"#),
        (format!("{INTENT}/forget"), r#"{"reason": "a"}"#),
        // Good, and intent-service is away.
        (
            format!("{}/dismiss", observation()),
            r#"{"reason": "our own transfer"}"#,
        ),
    ] {
        let as_merchant = TestRequest::post()
            .uri(&path)
            .insert_header(("x-client-id", key.as_str()))
            .insert_header(("x-client-secret", secret.as_str()))
            .set_payload(body.to_owned());
        let answer = gateway.call(as_merchant).await;
        let shown = body.replace(&"x".repeat(301), "x...");
        lines.push(format!(
            "{path} {shown}\n  {} {}",
            answer.status.as_u16(),
            answer.body
        ));
        let admin = path.replace("/api/v1/", "/api/v1/admin/");
        let as_owner = TestRequest::post()
            .uri(&format!("{admin}?merchant_id={id}&mode=test"))
            .insert_header(("x-master-key", ADMIN_KEY))
            .set_payload(body.to_owned());
        let answer = gateway.call(as_owner).await;
        lines.push(format!("  {} {}", answer.status.as_u16(), answer.body));
    }
    assert_snapshot!(lines.join("\n"));
    // What was in order is on the audit log, before its effect, with its reason.
    let path = format!("/api/v1/admin/audit?merchant_id={id}&mode=test");
    let audit = gateway.admin("GET", &path, Value::Null).await.json();
    let rows: Vec<(&str, &str)> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["action"] == "observation.dismiss")
        .map(|row| {
            let actor = row["actor"].as_str().unwrap();
            let actor = actor.split(':').next().unwrap();
            (actor, row["detail"]["reason"].as_str().unwrap())
        })
        .collect();
    let reason = "our own transfer";
    assert_eq!(rows, [("admin", reason), ("key", reason)]);
    let decided = audit["audit"].as_array().unwrap().iter().filter(|row| {
        let action = row["action"].as_str().unwrap();
        action.starts_with("intent.") || action.starts_with("observation.")
    });
    assert_eq!(decided.count(), 2);
}

#[actix_web::test]
async fn nobody_decides_without_a_secret() {
    let gateway = Gateway::new().await;
    for path in [
        format!("{INTENT}/approve"),
        format!("{INTENT}/reverse"),
        format!("{}/match", observation()),
    ] {
        let answer = gateway
            .call(
                TestRequest::post()
                    .uri(&path)
                    .set_payload(r#"{"reason":"a"}"#),
            )
            .await;
        assert_eq!(answer.status.as_u16(), 401, "{path} {}", answer.body);
        let admin = path.replace("/api/v1/", "/api/v1/admin/");
        let answer = gateway.call(TestRequest::post().uri(&admin)).await;
        assert_eq!(answer.status.as_u16(), 401, "{admin} {}", answer.body);
    }
    for path in [
        "/api/v1/intents/A/proof",
        "/api/v1/observations",
        "/api/v1/admin/audit",
    ] {
        let answer = gateway.call(TestRequest::get().uri(path)).await;
        assert_eq!(answer.status.as_u16(), 401, "{path}");
    }
}

#[actix_web::test]
async fn the_audit_log_is_read_page_by_page() {
    let gateway = Gateway::new().await;
    for _ in 0..3 {
        gateway.merchant().await;
    }
    let page = |query: &str| {
        let path = format!("/api/v1/admin/audit?{query}");
        let gateway = &gateway;
        async move { gateway.admin("GET", &path, Value::Null).await.json() }
    };
    let first = page("limit=2").await;
    let rows = first["audit"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["action"], "audit.list");
    let before = &rows[1]["id"];
    let second = page(&format!("limit=2&before_id={before}")).await;
    assert!(second["audit"][0]["id"].as_i64() < before.as_i64());
    assert_eq!(page("before_id=x").await["field"], "before_id");
}

/// A program sees which rules to name; a person reads them.
#[test]
fn broken_rules_are_listed_with_words() {
    use crate::admin::Problem;
    use crate::decisions::{BreachBody, Undecided};
    use actix_web::ResponseError as _;
    let rules = vec![BreachBody {
        rule: "amount_differs".to_owned(),
        words: "the amount is not what is due".to_owned(),
        conflict: true,
    }];
    let problem = Problem::from(Undecided::Unaccepted(rules));
    assert_eq!(problem.status_code().as_u16(), 409);
    let response = problem.error_response();
    let body = actix_web::rt::System::new()
        .block_on(actix_web::body::to_bytes(response.into_body()))
        .unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["code"], "not_accepted");
    assert_eq!(body["field"], "accept");
    assert_eq!(body["rules"][0]["rule"], "amount_differs");
    let owner = Undecided::OwnerOnly("only the owner's role may go on over late".to_owned());
    assert_eq!(Problem::from(owner).status_code().as_u16(), 403);
}
