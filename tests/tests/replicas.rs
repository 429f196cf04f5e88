//! Two of every process: they share the work, and what one holds when it stands still or dies is done by the other, once.
#![cfg(test)]

use e2e::answers::{code_of, money};
use e2e::process::SERVICES;
use e2e::stack::REPLICA;
use e2e::{Hook, Rest, Stack};
use serde_json::Value;
use std::collections::BTreeSet;
use testkit::{ChaosProxy, TestBroker};

/// Both installations' processes, and the merchant as a client of the second gateway.
async fn pair() -> (Stack, Rest, Hook) {
    let mut stack = Stack::boot().await;
    let second = stack.add_replicas().await;
    let hook = Hook::listen().await;
    stack.add_hook(&hook.url(), &[]).await;
    (stack, second, hook)
}

async fn order(gateway: &Rest, order: &str) -> Value {
    let body = format!(r#"{{"amount":499.00,"currency":"UPI","order_id":"{order}"}}"#);
    let path = "/api/v1/intents/create-payment";
    gateway.post_raw(path, body).await.ok()
}

/// Creates and pays so many intents, through one gateway and the other in turn.
async fn pay_some(stack: &Stack, second: &Rest, name: &str, count: usize) -> Vec<String> {
    let mut paid = Vec::new();
    for n in 0..count {
        let id = format!("{name}-{n}");
        let gateway = if n % 2 == 0 { &stack.merchant } else { second };
        let created = order(gateway, &id).await;
        let code = code_of(&created);
        let note = (n % 3 == 0).then_some(code.as_str());
        stack.pay(money(&created["payable_amount"]), note).await;
        paid.push(id);
    }
    paid
}

/// Whoever owns a mailbox, a relay or a message stands still for longer than its lease lasts, in the midst of the work; the
/// other takes over; then the first goes on as if nothing had happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_owner_that_returns_does_no_harm() {
    let (stack, second, hook) = pair().await;
    let mut paid = Vec::new();
    for program in SERVICES.into_iter().filter(|name| *name != "api-gateway") {
        // One of the two is the owner: each stands still once.
        for paused in [program.to_owned(), format!("{program}{REPLICA}")] {
            let other_name = if paused == program {
                format!("{program}{REPLICA}")
            } else {
                program.to_owned()
            };
            let running = pay_some(&stack, &second, &format!("RUN-{paused}"), 2).await;
            stack.service(&paused).pause();
            // Only the paused gRPC server's own gateway waits for it: go through the other.
            let gateway = if paused == program {
                &second
            } else {
                &stack.merchant
            };
            let created = order(gateway, &format!("STILL-{paused}")).await;
            stack.pay(money(&created["payable_amount"]), None).await;
            if program == "imap-verifier" {
                // The lease is over, and the other reads the mailbox: before the first one returns.
                hook.wait_for("payment.success", &format!("STILL-{paused}"))
                    .await;
            }
            stack.service(&paused).resume();
            paid.extend(running);
            paid.push(format!("STILL-{paused}"));
            stack.ready(&paused).await;
            stack.ready(&other_name).await;
        }
    }
    for id in &paid {
        hook.wait_for("payment.success", id).await;
        let explained = stack.explain(id).await;
        assert_eq!(
            explained["evidence"].as_array().map(Vec::len),
            Some(1),
            "{explained}"
        );
        assert_eq!(
            explained["intent"]["received_amount"],
            explained["intent"]["payable_amount"]
        );
    }
    let told = hook.once_each("payment.success");
    assert_eq!(
        told.into_keys().collect::<BTreeSet<_>>(),
        paid.into_iter().collect()
    );
    stack.stop_without_leftovers().await;
}

/// The broker has the batch, its confirms are on their way, and the relay that waits for them dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_with_a_batch_in_flight_loses_and_doubles_nothing() {
    let mut stack = Stack::prepare(&[]).await;
    let (owner, proxy) = (
        "intent-service",
        ChaosProxy::start(TestBroker::server()).await,
    );
    stack.one_broker_via(owner, &proxy);
    stack.begin().await;
    // It was there first and holds the relay's lease.
    let second = stack.add_replicas().await;
    let hook = Hook::listen().await;
    stack
        .add_hook(&hook.url(), &["payment.pending", "payment.success"])
        .await;

    // Its channel is open: it can publish without hearing anything.
    order(&second, "BEFORE-0").await;
    hook.wait_for("payment.pending", "BEFORE-0").await;
    proxy.pause_answers();
    let mut created = Vec::new();
    for n in 0..6 {
        let gateway = if n % 2 == 0 { &stack.merchant } else { &second };
        created.push((
            format!("BATCH-{n}"),
            order(gateway, &format!("BATCH-{n}")).await,
        ));
    }
    // The batch arrived, since the merchant hears of it, although the relay does not know.
    hook.wait_for("payment.pending", "BATCH-0").await;
    assert!(stack.outbox("intents").await > 0, "the batch was confirmed");
    stack.service(owner).kill();
    for (id, intent) in &created {
        hook.wait_for("payment.pending", id).await;
        stack.pay(money(&intent["payable_amount"]), None).await;
    }
    for (id, _) in &created {
        hook.wait_for("payment.success", id).await;
    }
    assert_eq!(hook.once_each("payment.pending").len(), created.len() + 1);
    assert_eq!(hook.once_each("payment.success").len(), created.len());
    proxy.heal();
    stack.start(owner);
    stack.ready(owner).await;
    stack.stop_without_leftovers().await;
}
