//! The e-mail log with the money behind it, and a merchant's own rule, over REST.
#![cfg(test)]

use domain::Money;
use e2e::Stack;
use e2e::answers::{SCOPE, code_of, money, scoped};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};

const LOG: &str = "/api/v1/admin/mails";
const RULES: &str = "/api/v1/admin/parser-rules";

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_intent_that_has_the_money_or_why_none_has() {
    let stack = Stack::boot().await;
    let created = stack.create("LOG-1", "499.00").await;
    stack
        .pay(money(&created["payable_amount"]), Some(&code_of(&created)))
        .await;
    stack.pay(Money::inr(77_770), None).await;
    let log = until(PATIENCE, async || {
        let log = stack.mails().await;
        let known = log
            .iter()
            .filter(|mail| mail["matched"].is_object())
            .count();
        if known == 3 { Ok(log) } else { Err(log) }
    })
    .await;
    let matched: Vec<&Value> = log.iter().map(|mail| &mail["matched"]).collect();
    assert_eq!(matched[0]["outcome"], "suspense", "{log:?}");
    assert_eq!(matched[0]["reason"], "no_candidate");
    assert_eq!(matched[0]["intent_ids"], json!([]));
    assert_eq!(matched[1]["outcome"], "allocated");
    assert_eq!(matched[1]["rung"], "code");
    assert_eq!(matched[1]["intent_ids"], json!([created["id"]]));
    assert_eq!(matched[2]["outcome"], "proved");
    for mail in &log {
        assert_eq!(mail["channel"], "imap");
        assert_eq!(mail["body_kept"], true);
    }

    let page = stack
        .admin
        .get(&format!("{LOG}?{SCOPE}&limit=2"))
        .await
        .ok();
    assert_eq!(page["next_before"], log[1]["id"]);
    let before = page["next_before"].as_str().expect("a cursor");
    let rest = stack
        .admin
        .get(&format!("{LOG}?{SCOPE}&limit=2&before={before}"))
        .await
        .ok();
    assert_eq!(rest["mails"][0]["id"], log[2]["id"]);
    assert_eq!(rest["next_before"], Value::Null);
    let wrong = stack
        .admin
        .get(&format!("{LOG}?{SCOPE}&verdict=good"))
        .await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.json()["field"]),
        (422, &json!("verdict"))
    );

    // The log is wanted most when something is wrong.
    stack.service("intent-service").kill();
    let alone = stack.admin.get(&format!("{LOG}?{SCOPE}")).await.ok();
    assert_eq!(alone["matches_known"], false);
    assert_eq!(alone["mails"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_stored_changed_and_removed() {
    let stack = Stack::boot().await;
    let rule = json!({
        "bank_name": "My Bank",
        "detect_keyword": "INR",
        "amount_regex": r"([\d,]+\.\d{2})",
        "utr_regex": r"\b(\d{12})\b",
    });
    let with = |name: &str, value: Value| {
        let mut body = scoped(rule.clone());
        body[name] = value;
        body
    };
    let bad = with("amount_regex", json!("INR ([0-9"));
    for path in [RULES.to_owned(), format!("{RULES}/dry-run")] {
        let refused = stack.admin.post(&path, &bad).await;
        let problem = refused.json();
        assert_eq!(
            (refused.status.as_u16(), &problem["field"]),
            (422, &json!("amount_regex"))
        );
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(
            detail.starts_with("amount_regex at character 6"),
            "{detail}"
        );
    }
    // The proving payment's mail is there to try it on.
    for body in [
        (format!("{RULES}/dry-run"), scoped(rule.clone())),
        (RULES.to_owned(), with("dry_run", json!(true))),
    ] {
        let run = stack.admin.post(&body.0, &body.1).await.ok();
        let mail = &run["mails"][0];
        assert_eq!(mail["was"]["verdict"], "recorded", "{run}");
        assert_eq!(mail["reads"]["utr"], mail["was"]["facts"]["alert"]["utr"]);
        assert_eq!(mail["would_be"]["kind"], "credit");
    }
    let list = async || {
        let answer = stack.admin.get(&format!("{RULES}?{SCOPE}")).await.ok();
        answer["rules"].as_array().cloned().expect("a list")
    };
    assert!(list().await.is_empty());
    let saved = stack.admin.post(RULES, &scoped(rule.clone())).await.ok();
    assert_eq!(saved["version"], 1);
    let changed = stack
        .admin
        .post(RULES, &with("rule_id", saved["rule_id"].clone()))
        .await
        .ok();
    assert_eq!(changed["version"], 1, "it says the same");
    let id = saved["rule_id"].as_str().expect("an id");
    assert_eq!(list().await.len(), 1);
    let path = format!("{RULES}/{id}?{SCOPE}");
    let remove = async || stack.admin.send(Method::DELETE, &path, None).await;
    assert_eq!(remove().await.ok()["removed"], true);
    assert_eq!(remove().await.status, 404);
    assert!(list().await.is_empty());
}
