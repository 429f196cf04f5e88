//! What people decide about money, from the call to the merchant's webhook.
#![cfg(test)]

use domain::Money;
use e2e::answers::{code_of, list, money, scoped};
use e2e::{Answer, Hook, Stack};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};

/// The only money that waits, once it does, as the merchant sees it.
async fn waiting(stack: &Stack) -> Value {
    until(PATIENCE, async || {
        let waiting = list(stack.merchant.get("/api/v1/observations").await.ok());
        match waiting.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(format!("{other:?}")),
        }
    })
    .await
}

/// The rules that an answer wants to be named.
fn rules(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let rules = body["rules"].as_array().cloned().unwrap_or_default();
    let names = rules.iter().filter_map(|rule| rule["rule"].as_str());
    names.map(ToOwned::to_owned).collect()
}

/// Another order's code, and another amount: a person says whose it is, the owner over what conflicts.
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_word_settles_and_is_told_like_any_payment() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let a = stack.create("WORD-A", "499.00").await;
    stack.create("WORD-B", "700.00").await;
    // B's amount with A's code, on a dedicated account: nobody is paid.
    let paid = stack.pay(Money::inr(70_000), Some(&code_of(&a))).await;
    let seen = waiting(&stack).await;
    assert_eq!(seen["findings"][0]["reason"], "rungs_disagree", "{seen}");
    assert_eq!(seen["reference"], paid.utr.as_str());
    let suggested = seen["suggestions"].to_string();
    assert!(
        suggested.contains("WORD-A") && suggested.contains("WORD-B"),
        "{suggested}"
    );
    let id = seen["observation_id"].as_str().expect("an id");
    let path = format!("/api/v1/observations/{id}/match");
    let body = json!({ "intent": "WORD-B", "reason": "the customer showed the receipt" });

    let refused = stack.merchant.post(&path, &body).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(refused.json()["code"], "not_accepted");
    assert_eq!(rules(&refused), ["code_names_another"]);
    let mut accepted = body.clone();
    accepted["accept"] = json!(["code_names_another"]);
    let refused = stack.merchant.post(&path, &accepted).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(stack.intent("WORD-B").await["sub_status"], "pending");

    let admin = format!("/api/v1/admin/observations/{id}/match");
    let refused = stack.admin.post(&admin, &scoped(body)).await;
    assert_eq!(
        refused.status, 409,
        "one click is not enough for the owner either"
    );
    let decided = stack
        .admin
        .post(&admin, &scoped(accepted.clone()))
        .await
        .ok();
    assert_eq!(decided["intent"]["status"], "settled");
    let again = stack.admin.post(&admin, &scoped(accepted)).await.ok();
    assert_eq!(again["intent"]["sequence"], decided["intent"]["sequence"]);

    let told = hook.wait_for("payment.success", "WORD-B").await;
    assert_eq!(told.body["data"]["proof"], "merchant_word");
    assert_eq!(told.body["data"]["utr"], paid.utr.as_str());
    let proof = stack
        .merchant
        .get("/api/v1/intents/WORD-B/proof")
        .await
        .ok();
    assert_eq!(proof["evidence"][0]["rung"], "merchant_word", "{proof}");
    let check = &proof["evidence"][0]["check"];
    assert_eq!(check["method"], "dkim");
    assert_eq!(check["domain"], "alerts.examplebank.test");
    assert_eq!(check["selector"], "demo2026");
    assert_eq!(check["binding"], "account_tail");
    assert_eq!(proof["decisions"][0]["kind"], "match");
    assert_eq!(
        proof["decisions"][0]["reason"],
        "the customer showed the receipt"
    );
    assert_eq!(
        proof["decisions"][0]["accepted"],
        json!(["code_names_another"])
    );
    assert_eq!(
        stack
            .merchant
            .get("/api/v1/intents/WORD-A/proof")
            .await
            .ok()["evidence"],
        json!([]),
        "it is not A's money"
    );
    let audit = stack.admin_text("/api/v1/admin/audit").await;
    for actor in [r#""actor":"admin""#, r#""actor":"key:"#] {
        assert!(audit.contains(actor), "{audit}");
    }
    assert!(audit.contains("observation.match") && audit.contains("showed the receipt"));
}

/// The bank's mail that it took the money back flags the payment once; a person confirms it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_by_mail_flags_and_a_person_reverses() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let created = stack.create("BACK-1", "499.00").await;
    let paid = stack
        .pay(money(&created["payable_amount"]), Some(&code_of(&created)))
        .await;
    hook.wait_for("payment.success", "BACK-1").await;
    let early = json!({ "reason": "a guess" });
    let path = "/api/v1/intents/BACK-1/reverse";
    let refused = stack.merchant.post(path, &early).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["code"]),
        (409, &json!("wrong_state"))
    );

    stack.bank.take_back(&paid, &stack.mailbox).await;
    let flagged = hook.wait_for("payment.flagged", "BACK-1").await;
    assert_eq!(flagged.body["data"]["sub_status"], "settled");
    assert_eq!(flagged.body["data"]["is_flagged"], true);
    assert_eq!(flagged.body["data"]["flag_reason"], "reversal_reported");
    let intent = stack.intent("BACK-1").await;
    assert_eq!(
        (&intent["status"], &intent["is_flagged"]),
        (&json!("settled"), &json!(true))
    );

    let body = json!({ "reason": "the bank confirmed it on the phone" });
    let reversed = stack.merchant.post(path, &body).await.ok();
    assert_eq!(reversed["sub_status"], "reversed");
    assert_eq!(reversed["status"], "failed");
    let told = hook.wait_for("payment.reversed", "BACK-1").await;
    assert_eq!(told.body["data"]["proof"], "merchant_word");
    assert_eq!(told.body["data"]["sequence"], 4);
    let proof = stack
        .merchant
        .get("/api/v1/intents/BACK-1/proof")
        .await
        .ok();
    let kinds: Vec<&str> = proof["evidence"][0]["allocations"]
        .as_array()
        .expect("allocations")
        .iter()
        .filter_map(|a| a["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["receipt", "reversal"]);
    let flags = hook
        .told()
        .into_iter()
        .filter(|t| t.event == "payment.flagged");
    assert_eq!(flags.count(), 1, "the merchant is told once");
    assert!(stack.broker.leftovers().await.is_empty());
}
