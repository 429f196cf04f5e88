//! An account that receives what fits no order: its owner is told why amounts settle nothing, and lifts it.
#![cfg(test)]

use domain::Money;
use e2e::answers::{SCOPE, list, money, scoped};
use e2e::{Hook, Stack};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};

/// The stack's account, as the list shows it.
async fn account(stack: &Stack) -> Value {
    let path = format!("/api/v1/admin/accounts?{SCOPE}");
    let accounts = stack.admin.get(&path).await.ok()["accounts"].clone();
    let own = |a: &&Value| a["id"] == stack.account_id.as_str();
    let found = accounts.as_array().and_then(|all| all.iter().find(own));
    found.expect("the account is listed").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_why_amounts_settle_nothing_and_lifts_it() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    assert_eq!(account(&stack).await["dedication_suspended"], Value::Null);
    stack.pay(Money::inr(12_300), None).await;
    stack.pay(Money::inr(45_600), None).await;
    let suspended = until(PATIENCE, async || {
        let shown = account(&stack).await;
        match &shown["dedication_suspended"] {
            Value::Null => Err("not suspended yet"),
            why => Ok(why.clone()),
        }
    })
    .await;
    assert_eq!(suspended["unfitting"], 2, "{suspended}");
    assert_eq!(suspended["credits"], 2, "the proof is none of them");
    assert!(suspended["since"].is_string());
    let counted = "noxpay_dedications_suspended_total";
    let metric = stack.metric("intent-service", counted).await;
    assert!(metric.is_ok_and(|n| n > 0.5));

    let intent = stack.create("WALK-IN", "499.00").await;
    stack.pay(money(&intent["payable_amount"]), None).await;
    until(PATIENCE, async || {
        let waiting = list(stack.merchant.get("/api/v1/observations").await.ok());
        let reasons = waiting.iter().map(|o| &o["findings"][0]["reason"]);
        let reasons: Vec<&Value> = reasons.collect();
        match reasons.contains(&&json!("dedication_suspended")) {
            true => Ok(()),
            false => Err(format!("{reasons:?}")),
        }
    })
    .await;
    assert_eq!(stack.intent("WALK-IN").await["sub_status"], "pending");

    let path = format!(
        "/api/v1/admin/accounts/{}/restore-dedication",
        stack.account_id
    );
    let refused = stack.admin.post(&path, &scoped(json!({}))).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(refused.json()["field"], "reason");
    let body = scoped(json!({ "reason": "two transfers of my own" }));
    let lifted = stack.admin.post(&path, &body).await.ok();
    assert_eq!(lifted["dedication_suspended"], Value::Null);
    let audit = stack.admin_text("/api/v1/admin/audit").await;
    assert!(audit.contains("account.restore_dedication"), "{audit}");
    assert!(audit.contains("two transfers of my own"), "{audit}");

    let intent = stack.create("ONLINE", "700.00").await;
    stack.pay(money(&intent["payable_amount"]), None).await;
    hook.wait_for("payment.success", "ONLINE").await;
    assert_eq!(stack.intent("WALK-IN").await["sub_status"], "pending");
}
