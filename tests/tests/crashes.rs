//! A process that dies between two steps loses and doubles nothing; one that is asked to stop finishes first.
#![cfg(test)]

use e2e::answers::{code_of, money};
use e2e::process::SERVICES;
use e2e::{Hook, Stack};
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::wait::{PATIENCE, until};

/// Each service is killed once, with payments before, during and after: every paid intent settles once, every webhook
/// comes at least once under one id, nothing unpaid settles, no queue holds a leftover.
#[tokio::test(flavor = "multi_thread")]
async fn each_service_killed_once_loses_and_doubles_nothing() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let mut paid = Vec::new();
    for victim in SERVICES {
        let unpaid = format!("UNPAID-{victim}");
        stack.create(&unpaid, "499.00").await;
        let mut orders = Vec::new();
        for n in 0..4 {
            let order = format!("PAID-{victim}-{n}");
            orders.push((order.clone(), stack.create(&order, "499.00").await));
        }
        for (n, (order, created)) in orders.iter().enumerate() {
            if n == 2 {
                stack.service(victim).kill();
            }
            let code = code_of(created);
            let note = (n % 2 == 0).then_some(code.as_str());
            stack.pay(money(&created["payable_amount"]), note).await;
            paid.push(order.clone());
        }
        stack.start(victim);
        stack.ready(victim).await;
    }
    for order in &paid {
        hook.wait_for("payment.success", order).await;
        stack.becomes(order, "settled").await;
    }
    // The same event may come twice after a crash, but always under its id: one id per order.
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for told in hook
        .told()
        .into_iter()
        .filter(|t| t.event == "payment.success")
    {
        let order = told.body["data"]["order_id"].as_str().unwrap().to_owned();
        ids.entry(order).or_default().push(told.id);
    }
    for (order, mut seen) in ids {
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 1, "{order} was told under several ids");
        assert!(paid.contains(&order), "{order} was never paid");
    }
    for victim in SERVICES {
        assert_eq!(
            stack.intent(&format!("UNPAID-{victim}")).await["status"],
            "pending"
        );
    }
    assert!(
        stack.broker.leftovers().await.is_empty(),
        "{:?}",
        stack.broker.leftovers().await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_at_the_merchant_is_told_after_a_restart() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    hook.answer(503);
    let created = stack.create("RETRY-1", "499.00").await;
    stack.pay(money(&created["payable_amount"]), None).await;
    let first = hook.wait_for("payment.success", "RETRY-1").await;
    stack.service("webhook-dispatcher").kill();
    hook.answer(200);
    stack.start("webhook-dispatcher");
    let again = until(PATIENCE, async || {
        let told = hook.told();
        let last = told.last().cloned();
        last.filter(|_| told.len() > 1).ok_or(told.len())
    })
    .await;
    assert_eq!((again.id, again.raw), (first.id, first.raw));
}

/// SIGTERM: what was accepted is finished, the exit code is 0, nobody needs the grace.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_process_drains_and_exits_cleanly() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let mut orders = Vec::new();
    for n in 0..6 {
        let order = format!("DRAIN-{n}");
        orders.push((order.clone(), stack.create(&order, "250.00").await));
    }
    for (_, created) in &orders {
        stack.pay(money(&created["payable_amount"]), None).await;
    }
    // In the midst of it, one after the other, from the end of the chain to its beginning.
    for name in SERVICES.iter().rev() {
        stack.service(name).terminate();
        let ended = until(Duration::from_secs(30), async || {
            stack.service(name).try_wait().ok_or("still running")
        })
        .await;
        assert!(
            ended.success(),
            "{name} ended with {ended}: {}",
            stack.service(name).log()
        );
        assert!(
            !stack.service(name).log().contains("panicked"),
            "{name} panicked"
        );
        stack.start(name);
        stack.ready(name).await;
    }
    for (order, _) in &orders {
        hook.wait_for("payment.success", order).await;
    }
    assert!(stack.broker.leftovers().await.is_empty());
}
