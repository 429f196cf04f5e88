//! A server goes away and comes back: callers are told, what can go on goes on, and nothing has to be restarted.
#![cfg(test)]

use e2e::answers::{code_of, money};
use e2e::process::SERVICES;
use e2e::{Answer, Hook, Stack};
use serde_json::Value;
use std::time::{Duration, Instant};
use testkit::wait::{PATIENCE, until};
use testkit::{ChaosProxy, TestBroker};

/// Within this time a caller is told that `PostgreSQL` is away. A busy machine gets three times as much.
const TOLD: Duration = Duration::from_secs(2);

async fn order_503(stack: &Stack, order: &str) -> (Answer, Duration) {
    let body = format!(r#"{{"amount":499.00,"currency":"UPI","order_id":"{order}"}}"#);
    let begun = Instant::now();
    let answer = stack
        .merchant
        .post_raw("/api/v1/intents/create-payment", body)
        .await;
    (answer, begun.elapsed())
}

async fn assert_told(stack: &Stack, order: &str, case: &str) {
    let (answer, took) = order_503(stack, order).await;
    println!(
        "{case}: a create is answered {} after {took:?}",
        answer.status
    );
    assert_eq!(answer.status, 503, "{case}: {}", answer.text);
    assert!(answer.headers.contains_key("retry-after"), "{case}");
    assert!(took < TOLD * 3, "{case}: told after {took:?}");
    let begun = Instant::now();
    let read = stack.merchant.get("/api/v1/intents/BEFORE-1").await;
    println!(
        "{case}: a read is answered {} after {:?}",
        read.status,
        begun.elapsed()
    );
    assert_eq!(read.status, 503, "{case}: {}", read.text);
    assert!(begun.elapsed() < TOLD * 3, "{case}");
    for name in SERVICES {
        until(TOLD * 3, async || match stack.readiness(name).await {
            Ok((503, body)) if body["failing"] == serde_json::json!(["postgres"]) => Ok(()),
            other => Err(format!("{name}: {other:?}")),
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_callers_are_told_at_once_and_all_recovers_by_itself() {
    let mut stack = Stack::prepare(&[]).await;
    let proxy = ChaosProxy::start(testkit::TestDb::server()).await;
    stack.postgres_via(&proxy);
    stack.begin().await;
    let hook = Hook::listen().await;
    stack.add_hook(&hook.url(), &[]).await;
    let before = stack.create("BEFORE-1", "499.00").await;

    proxy.stop();
    assert_told(&stack, "DURING-1", "gone").await;
    // Paid meanwhile: the mail waits in the mailbox.
    stack
        .pay(money(&before["payable_amount"]), Some(&code_of(&before)))
        .await;
    proxy.heal();
    stack.all_ready().await;
    hook.wait_for("payment.success", "BEFORE-1").await;
    assert_eq!(stack.intent_status("DURING-1").await, 404);

    // Worse: it is there and says nothing.
    proxy.pause();
    assert_told(&stack, "DURING-2", "hanging").await;
    proxy.cut();
    proxy.heal();
    stack.all_ready().await;
    let after = stack.create("DURING-2", "250.00").await;
    stack.pay(money(&after["payable_amount"]), None).await;
    hook.wait_for("payment.success", "DURING-2").await;
    stack.stop_without_leftovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_the_gateway_serves_and_the_outbox_waits() {
    let mut stack = Stack::prepare(&[]).await;
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    stack.broker_via(&proxy);
    stack.begin().await;
    let hook = Hook::listen().await;
    stack
        .add_hook(
            &hook.url(),
            &["payment.success", "payment.pending", "payment.cancelled"],
        )
        .await;
    let watched = stack.create("WATCHED-1", "499.00").await;
    let id = watched["id"].as_str().expect("an id").to_owned();
    let mut page = stack
        .public
        .open(&format!("/checkout/events?intent={id}"))
        .await;
    says(&mut page, "\"sub_status\":\"pending\"").await;

    proxy.stop();
    for name in SERVICES {
        until(PATIENCE, async || match stack.readiness(name).await {
            Ok((200, body)) if body["degraded"] == serde_json::json!(["rabbitmq"]) => Ok(()),
            other => Err(format!("{name}: {other:?}")),
        })
        .await;
    }
    let created = stack.create("DURING-1", "250.00").await;
    assert_eq!(stack.intent("DURING-1").await["sub_status"], "pending");
    stack.pay(money(&created["payable_amount"]), None).await;
    let cancelled = stack
        .merchant
        .post(&format!("/api/v1/intents/{id}/cancel"), &Value::Null)
        .await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    // Nothing is pushed to the open page, which asks by itself.
    says(&mut page, "\"sub_status\":\"cancelled\"").await;
    until(PATIENCE, async || {
        let metrics = stack.probe("intent-service", "/metrics").await;
        let text = metrics.map(|answer| answer.text).unwrap_or_default();
        let age = text
            .lines()
            .find_map(|l| l.strip_prefix("noxpay_outbox_oldest_seconds "));
        match age.and_then(|age| age.parse::<f64>().ok()) {
            Some(age) if age > 0.0 => Ok(()),
            _ => Err(age.map(ToOwned::to_owned)),
        }
    })
    .await;
    assert!(
        hook.told()
            .iter()
            .all(|t| t.body["data"]["order_id"] != "DURING-1")
    );

    proxy.heal();
    stack.all_ready().await;
    hook.wait_for("payment.cancelled", "WATCHED-1").await;
    hook.wait_for("payment.success", "DURING-1").await;
    drop(page);
    stack.stop_without_leftovers().await;
}

/// Reads the stream until it says this.
async fn says(page: &mut reqwest::Response, wanted: &str) {
    let mut heard = String::new();
    let listening = async {
        while let Ok(Some(chunk)) = page.chunk().await {
            heard.push_str(&String::from_utf8_lossy(&chunk));
            if heard.contains(wanted) {
                return true;
            }
        }
        false
    };
    let told = tokio::time::timeout(PATIENCE, listening).await;
    assert_eq!(told, Ok(true), "{wanted} never came: {heard}");
}
