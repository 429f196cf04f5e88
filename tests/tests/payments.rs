//! The main job, and every state that an intent can reach by mail, time and the merchant's word.
#![cfg(test)]

use domain::Money;
use e2e::answers::{SCOPE, code_of, money};
use e2e::{Hook, Stack};
use jiff::SignedDuration;
use serde_json::json;
use testkit::wait::{PATIENCE, until};

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_seen_verified_settled_and_told() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let body = r#"{"amount":499,"order_id":"ORDER-1","metadata":{"z":1.0,"a":"é"}}"#;
    let answer = stack
        .merchant
        .post_raw("/api/v1/intents/create-payment", body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for exact in [r#""amount":499.00"#, r#""metadata":{"z":1.0,"a":"é"}"#] {
        assert!(
            answer.text.contains(exact),
            "{exact} is not in {}",
            answer.text
        );
    }
    let created = answer.json();
    assert_eq!(created["status"], "pending");
    let paid = stack
        .pay(money(&created["payable_amount"]), Some(&code_of(&created)))
        .await;

    let told = hook.wait_for("payment.success", "ORDER-1").await;
    assert_eq!(told.body["data"]["utr"], paid.utr.as_str());
    assert_eq!(told.body["data"]["id"], created["id"]);
    assert_eq!(told.body["data"]["status"], "settled");
    let raw = String::from_utf8_lossy(&told.raw);
    assert!(raw.contains(r#""metadata":{"z":1.0,"a":"é"}"#), "{raw}");
    assert_eq!(stack.intent("ORDER-1").await["status"], "settled");

    // The proof names the rule, the domain that signed, and the rung that decided.
    let explained = stack.explain("ORDER-1").await;
    let evidence = &explained["evidence"][0];
    assert_eq!(evidence["findings"][0]["rung"], "code", "{explained}");
    let text = evidence.to_string();
    for part in [
        "dkim",
        "alerts.examplebank.test",
        "EXAMPLEBANK/",
        paid.utr.as_str(),
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // The operator's lists are as exact as what the merchant reads.
    let payable = created["payable_amount"].as_f64().unwrap_or_default();
    let listed = format!(r#""amount":499.00,"payable_amount":{payable:.2}"#);
    let list = stack.admin_text("/api/v1/admin/intents").await;
    assert!(list.contains(&listed), "{listed} is not in {list}");
    assert!(stack.broker.leftovers().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_note_each_equal_order_settles_by_its_own_amount() {
    let stack = Stack::boot().await;
    let mut orders = Vec::new();
    for n in 0..4 {
        let order = format!("EQUAL-{n}");
        let created = stack.create(&order, "499.00").await;
        assert_eq!(money(&created["amount"]), Money::inr(49_900));
        orders.push((order, money(&created["payable_amount"])));
    }
    let mut amounts: Vec<Money> = orders.iter().map(|(_, amount)| *amount).collect();
    amounts.sort();
    amounts.dedup();
    assert_eq!(
        amounts.len(),
        4,
        "equal orders have different payable amounts"
    );
    for (order, amount) in orders.iter().rev() {
        let paid = stack.pay(*amount, None).await;
        stack.becomes(order, "settled").await;
        let explained = stack.explain(order).await;
        assert!(
            explained.to_string().contains(&paid.utr),
            "{order} has another's money"
        );
        assert_eq!(
            explained["evidence"][0]["findings"][0]["rung"],
            "reserved_amount"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn part_of_the_money_waits_for_the_rest() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let created = stack.create("PART-1", "100.00").await;
    let payable = money(&created["payable_amount"]);
    let code = code_of(&created);
    stack.pay(Money::inr(100), Some(&code)).await;
    let partial = stack.becomes("PART-1", "underpaid").await;
    assert_eq!(partial["status"], "pending");
    hook.wait_for("payment.underpaid", "PART-1").await;

    // One rupee with an order's code does not stand in the way of the whole amount.
    stack.pay(payable, Some(&code)).await;
    stack.becomes("PART-1", "settled").await;
    let over = hook.wait_for("payment.overpaid", "PART-1").await;
    assert_eq!(over.body["data"]["excess_amount"].to_string(), "1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_money_waits_in_sight_and_settles_nothing() {
    let stack = Stack::boot().await;
    stack.create("OPEN-1", "250.00").await;
    let paid = stack.pay(Money::inr(77_770), Some("no code here")).await;
    let found = until(PATIENCE, async || {
        let unmatched = stack.unmatched().await;
        let found = unmatched
            .iter()
            .find(|e| e.to_string().contains(&paid.utr))
            .cloned();
        found.ok_or(unmatched)
    })
    .await;
    assert!(found.to_string().contains("suspense"), "{found}");
    let raw = stack.admin_text("/api/v1/admin/intents/unmatched").await;
    assert!(raw.contains(r#""amount":777.70,"#), "{raw}");
    assert_eq!(stack.intent("OPEN-1").await["status"], "pending");
    let mails = stack.mails().await;
    let mail = &mails[0];
    assert_eq!(mail["verdict"], "recorded", "{mail}");
    assert_eq!(mail["facts"]["alert"]["utr"], *paid.utr, "{mail}");
    assert_eq!(mail["facts"]["alert"]["amount_minor"], "77770", "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_alert_twice_counts_once() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let created = stack.create("TWICE-1", "499.00").await;
    let other = stack.create("TWICE-2", "499.00").await;
    let paid = stack.pay(money(&created["payable_amount"]), None).await;
    stack.becomes("TWICE-1", "settled").await;
    // The very same bytes, and the same payment told anew with another order's code.
    stack.bank.tell(&paid, &stack.mailbox).await;
    let mut again = paid.clone();
    again.note = Some(code_of(&other));
    stack.bank.tell(&again, &stack.mailbox).await;
    // Mails are read in order: when the next payment is settled, the repeats were seen.
    stack.pay(money(&other["payable_amount"]), None).await;
    stack.becomes("TWICE-2", "settled").await;

    let explained = stack.explain("TWICE-1").await;
    assert_eq!(
        explained["evidence"].as_array().map(Vec::len),
        Some(1),
        "{explained}"
    );
    assert_eq!(explained["evidence"][0]["sightings"], 2, "{explained}");
    let received = money(&stack.intent("TWICE-1").await["received_amount"]);
    assert_eq!(received, paid.amount);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_in_the_late_window_settles_late_and_after_it_asks_a_person() {
    let (mut stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let late = stack.create("LATE-1", "499.00").await;
    let lost = stack.create("LATE-2", "499.00").await;
    stack.pass(minutes(30)).await;
    stack.becomes("LATE-1", "expired").await;
    hook.wait_for("payment.expired", "LATE-1").await;
    stack
        .pay(money(&late["payable_amount"]), Some(&code_of(&late)))
        .await;
    let settled = stack.becomes("LATE-1", "settled").await;
    assert_eq!(settled["late"], true, "{settled}");
    hook.wait_for("payment.late", "LATE-1").await;

    stack.becomes("LATE-2", "expired").await;
    stack.pass(minutes(5 * 60)).await;
    stack
        .pay(money(&lost["payable_amount"]), Some(&code_of(&lost)))
        .await;
    let review = stack.becomes("LATE-2", "review").await;
    assert_eq!(review["is_flagged"], true);
    hook.wait_for("payment.flagged", "LATE-2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_intent_keeps_watching() {
    let stack = Stack::boot().await;
    let after = stack.create("CANCEL-1", "499.00").await;
    let before = stack.create("CANCEL-2", "250.00").await;
    let paid_before = stack.bank.payment(
        money(&before["payable_amount"]),
        Some(&code_of(&before)),
        stack.now() - SignedDuration::from_secs(1),
    );
    for created in [&after, &before] {
        let path = format!("/api/v1/intents/{}/cancel", created["id"].as_str().unwrap());
        let cancelled = stack.merchant.post(&path, &json!({})).await.ok();
        assert_eq!(
            (&cancelled["status"], &cancelled["sub_status"]),
            (&json!("failed"), &json!("cancelled"))
        );
        let again = stack.merchant.post(&path, &json!({})).await;
        assert_eq!(
            again.status, 200,
            "cancelling again is harmless: {}",
            again.text
        );
    }
    // Money that came before the word settles; money that came after it asks a person.
    let second = stack.now() + SignedDuration::from_secs(2);
    until(PATIENCE, async || {
        if stack.now() > second {
            Ok(())
        } else {
            Err("too early")
        }
    })
    .await;
    stack.bank.tell(&paid_before, &stack.mailbox).await;
    stack
        .pay(money(&after["payable_amount"]), Some(&code_of(&after)))
        .await;
    let review = stack.becomes("CANCEL-1", "review").await;
    assert_eq!(review["flag_reason"], "late_after_cancel", "{review}");
    stack.becomes("CANCEL-2", "settled").await;
    let refused = stack
        .merchant
        .post("/api/v1/intents/CANCEL-2/cancel", &json!({}))
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_expires_while_the_mailbox_is_not_read() {
    let mut stack = Stack::boot().await;
    let created = stack.create("BLIND-1", "499.00").await;
    stack.create("BLIND-2", "250.00").await;
    stack.service("imap-verifier").kill();
    // Paid in time, told while nobody reads.
    stack
        .pay(money(&created["payable_amount"]), Some(&code_of(&created)))
        .await;
    stack.pass(minutes(40)).await;
    stack.becomes("BLIND-1", "verifying").await;
    stack.becomes("BLIND-2", "verifying").await;
    stack.start("imap-verifier");
    let settled = stack.becomes("BLIND-1", "settled").await;
    assert_eq!(settled["late"], false, "{settled}");
    stack.becomes("BLIND-2", "expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_mailbox_leaves_its_account_blind() {
    let mut stack = Stack::boot().await;
    stack.create("PAUSED-1", "499.00").await;
    let path = format!("/api/v1/admin/mailboxes/{}/state?{SCOPE}", stack.mailbox_id);
    stack
        .admin
        .post(&path, &json!({ "state": "paused" }))
        .await
        .ok();
    stack.pass(minutes(40)).await;
    stack.becomes("PAUSED-1", "verifying").await;
    stack.pass(minutes(4 * 60)).await;
    let review = stack.becomes("PAUSED-1", "review").await;
    assert_eq!(review["flag_reason"], "source_blind", "{review}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_not_live_before_its_proving_payment() {
    let stack = Stack::boot().await;
    let account = stack
        .add_account("second-shop@examplebank", "9917", true)
        .await;
    let body = r#"{"amount":10,"order_id":"UNPROVED","upi_vpa":"second-shop@examplebank"}"#;
    let refused = stack
        .merchant
        .post_raw("/api/v1/intents/create-payment", body)
        .await;
    assert!(
        refused.status.is_client_error(),
        "{} {}",
        refused.status,
        refused.text
    );
    let accounts = stack
        .admin
        .get(&format!("/api/v1/admin/accounts?{SCOPE}"))
        .await
        .ok();
    let found = e2e::answers::list(accounts)
        .into_iter()
        .find(|a| a["id"] == account.as_str());
    assert_eq!(found.expect("the account")["status"], "proving");
}
