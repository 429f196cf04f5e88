//! Alerts that are pushed: raw mail by HTTP, and phones.
#![cfg(test)]

use domain::Money;
use e2e::answers::{SCOPE, code_of, money};
use e2e::phone::{forward, sms};
use e2e::{Answer, Hook, Stack};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};

const MAIL: &str = "/api/v1/alerts/mail";
const RFC822: Option<&str> = Some("message/rfc822");

/// The token and the id of a source that pushes, with the merchant's account bound to it.
async fn channel(stack: &Stack) -> (String, String) {
    let made = stack
        .add_push_source("http", "Forwarded", Value::Null)
        .await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (id, token) = (text("id"), text("token"));
    let address = json!({ "registered_address": stack.mailbox.address() });
    stack.bind_to(&id, address).await;
    (id, token)
}

/// With the token at the end of the path.
async fn post(stack: &Stack, token: &str, kind: Option<&str>, body: Vec<u8>) -> Answer {
    let path = format!("{MAIL}/{token}");
    stack.public.post_bytes(&path, kind, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_posted_by_http_settles_an_intent() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let (id, token) = channel(&stack).await;
    let created = stack.create("POSTED-1", "499.00").await;
    let amount = money(&created["payable_amount"]);
    let code = code_of(&created);
    let payment = stack.bank.payment(amount, Some(&code), stack.now());
    let raw = stack.bank.alert(&payment, stack.mailbox.address());

    let bearer = stack
        .public
        .clone()
        .with("authorization", &format!("Bearer {token}"));
    let answer = bearer.post_bytes(MAIL, RFC822, raw.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        answer.json(),
        json!({ "verdict": "recorded", "reason": null })
    );
    let told = hook.wait_for("payment.success", "POSTED-1").await;
    assert_eq!(told.body["data"]["utr"], payment.utr.as_str());

    // Again, and in the mailbox as well: the money counts once.
    let header = stack.public.clone().with("x-alert-token", &token);
    let again = header.post_bytes(MAIL, None, raw.clone()).await;
    assert_eq!(again.json()["verdict"], "duplicate", "{}", again.text);
    stack.bank.tell(&payment, &stack.mailbox).await;
    let other = stack.create("POSTED-2", "499.00").await;
    stack.pay(money(&other["payable_amount"]), None).await;
    stack.becomes("POSTED-2", "settled").await;
    let explained = stack.explain("POSTED-1").await;
    assert_eq!(
        explained["evidence"].as_array().map(Vec::len),
        Some(1),
        "{explained}"
    );
    let mails = stack.mails().await;
    assert!(mails.iter().any(|m| m["mailbox_id"] == id.as_str()));
    let listed = stack.admin_text("/api/v1/admin/mailboxes").await;
    assert!(listed.contains(r#""kind":"http","name":"Forwarded""#));
    assert!(!listed.contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_badly_is_refused_and_writes_nothing() {
    let stack = Stack::boot().await;
    let (id, token) = channel(&stack).await;
    let before = stack.mails().await.len();
    let status = async |token: &str, kind, body: Vec<u8>| {
        let answer = post(&stack, token, kind, body).await;
        (answer.status.as_u16(), answer)
    };
    let (code, answer) = status(&token, RFC822, b"x".repeat((1 << 20) + 1)).await;
    assert_eq!(code, 413, "{}", answer.text);
    assert_eq!(status(&token, RFC822, Vec::new()).await.0, 400);
    assert_eq!(status(&token, Some("image/png"), vec![0]).await.0, 400);
    let (code, answer) = status("wrong", RFC822, b"x".to_vec()).await;
    assert_eq!(code, 401, "{}", answer.text);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    assert_eq!(
        stack.public.post_bytes(MAIL, RFC822, vec![1]).await.status,
        401
    );
    let (code, answer) = status(&token, None, vec![0, 255, 254, 10, 13, 10]).await;
    assert_eq!(
        (code, answer.json()["verdict"].clone()),
        (200, json!("ignored"))
    );

    // A token that was rotated away.
    let path = format!("/api/v1/admin/mailboxes/{id}/rotate-token?{SCOPE}");
    let rotated = stack.admin.post(&path, &json!({})).await.ok();
    assert_eq!(status(&token, RFC822, b"x".to_vec()).await.0, 401);
    let token = rotated["token"].as_str().unwrap();
    let beat = format!("/api/v1/alerts/heartbeat/{token}");
    let alive = stack.public.post_bytes(&beat, None, Vec::new()).await;
    assert_eq!(alive.json()["verdict"], "alive", "{}", alive.text);
    assert_eq!(stack.mails().await.len(), before);

    // Wrong tokens are counted per address, the right one is not.
    for _ in 0..70 {
        assert_eq!(
            status(token, None, b"From: a@b.test\n\nx".to_vec()).await.0,
            200
        );
    }
    let mut codes = Vec::new();
    for _ in 0..70 {
        codes.push(status("wrong", RFC822, b"x".to_vec()).await.0);
    }
    assert!(
        codes.starts_with(&[401]) && codes.ends_with(&[429]),
        "{codes:?}"
    );
}

const SMS: &str = "/api/v1/alerts/sms";

/// The token and the id of a phone, with the merchant's account bound to it.
async fn phone(stack: &Stack) -> (String, String) {
    let made = stack.add_push_source("phone", "Counter", Value::Null).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (id, token) = (text("id"), text("token"));
    stack.bind_to(&id, Value::Null).await;
    (id, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_from_a_phone_settles_an_intent_once() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let (id, token) = phone(&stack).await;
    let created = stack.create("SMS-1", "499.00").await;
    let amount = money(&created["payable_amount"]);
    let told = sms(&stack, amount, "632600000001");
    let answer = forward(&stack, &token, &told).await;
    assert_eq!(answer.json()["verdict"], "recorded", "{}", answer.text);
    let success = hook.wait_for("payment.success", "SMS-1").await;
    assert_eq!(success.body["data"]["utr"], "632600000001");
    let explained = stack.explain("SMS-1").await;
    let proof = explained["evidence"].to_string();
    assert!(
        proof.contains("device") && proof.contains("EXBANK"),
        "{proof}"
    );

    // The same again, and the bank's mail about the same payment: nothing more.
    for _ in 0..3 {
        let again = forward(&stack, &token, &told).await;
        assert_eq!(again.json()["verdict"], "duplicate", "{}", again.text);
    }
    let mut mailed = stack.bank.payment(amount, None, stack.now());
    mailed.utr = "632600000001".to_owned();
    stack.bank.tell(&mailed, &stack.mailbox).await;
    // A number tells the same of another order: it pays nothing.
    let other = stack.create("SMS-2", "499.00").await;
    let amount = money(&other["payable_amount"]);
    let chat = sms(&stack, amount, "632600000002").replace("VM-EXBANK-S", "+919876543210");
    let refused = forward(&stack, &token, &chat).await;
    assert_eq!(refused.json()["reason"], "phone_number_sender");
    stack.pay(amount, None).await;
    stack.becomes("SMS-2", "settled").await;
    for (order, evidence) in [("SMS-1", 1), ("SMS-2", 1)] {
        let explained = stack.explain(order).await;
        let found = explained["evidence"].as_array().map(Vec::len);
        assert_eq!(found, Some(evidence), "{explained}");
    }

    // The phone is lost.
    let path = format!("/api/v1/admin/mailboxes/{id}/state?{SCOPE}");
    let removed = stack
        .admin
        .post(&path, &json!({ "state": "removed" }))
        .await;
    let named = removed.ok()["device"]["recorded_observation_ids"].clone();
    assert_eq!(named.as_array().map(Vec::len), Some(1), "{named}");
    assert_eq!(forward(&stack, &token, &told).await.status, 401);
}

/// Two orders that rest on the phone alone, and one that the bank mailed too.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phone_flags_its_orders_and_a_person_looks_at_each() {
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &[]).await;
    let (id, token) = phone(&stack).await;
    for (order, utr) in [
        ("GOOD-1", "632600000011"),
        ("FAKE-1", "632600000012"),
        ("MAILED-1", "632600000013"),
    ] {
        let created = stack.create(order, "499.00").await;
        let told = sms(&stack, money(&created["payable_amount"]), utr);
        let answer = forward(&stack, &token, &told).await;
        assert_eq!(answer.json()["verdict"], "recorded", "{}", answer.text);
        hook.wait_for("payment.success", order).await;
    }
    let amount = money(&stack.intent("MAILED-1").await["payable_amount"]);
    let mut mailed = stack.bank.payment(amount, None, stack.now());
    mailed.utr = "632600000013".to_owned();
    stack.bank.tell(&mailed, &stack.mailbox).await;
    until(PATIENCE, async || {
        let explained = stack.explain("MAILED-1").await;
        match explained["evidence"][0]["sightings"] == 1 {
            true => Ok(()),
            false => Err(explained),
        }
    })
    .await;

    let path = format!("/api/v1/admin/mailboxes/{id}/revoke?{SCOPE}");
    let silent = stack.admin.post(&path, &json!({})).await;
    assert_eq!(
        (silent.status.as_u16(), silent.json()["field"].clone()),
        (422, json!("reason"))
    );
    let timeless = json!({ "reason": "stolen", "since": "yesterday" });
    let timeless = stack.admin.post(&path, &timeless).await;
    assert_eq!(timeless.json()["field"], "since", "{}", timeless.text);
    let body = json!({ "reason": "stolen on the train" });
    let revoked = stack.admin.post(&path, &body).await.ok();
    assert_eq!(revoked["state"], "removed");
    let named = &revoked["device"]["recorded_observation_ids"];
    assert_eq!(named.as_array().map(Vec::len), Some(3), "{revoked}");
    for order in ["GOOD-1", "FAKE-1"] {
        let flagged = hook.wait_for("payment.flagged", order).await;
        assert_eq!(flagged.body["data"]["sub_status"], "settled");
        assert_eq!(flagged.body["data"]["flag_reason"], "source_revoked");
    }
    // One event named all three.
    assert_eq!(stack.intent("MAILED-1").await["is_flagged"], false);
    let proof = stack.merchant.get("/api/v1/intents/FAKE-1/proof").await;
    let doubt = proof.ok()["evidence"][0]["doubt"].clone();
    assert_eq!(doubt["reason"], "stolen on the train", "{doubt}");

    // The statement shows one of them, and not the other. That it is good all the same is the owner's to say.
    let accepted = json!({ "reason": "on the statement", "accept": ["source_revoked"] });
    let by_key = stack
        .merchant
        .post("/api/v1/intents/GOOD-1/approve", &accepted);
    assert_eq!(by_key.await.status, 403);
    let approve = format!("/api/v1/admin/intents/GOOD-1/approve?{SCOPE}");
    let unnamed = json!({ "reason": "on the statement" });
    let unnamed = stack.admin.post(&approve, &unnamed).await;
    assert_eq!(
        (unnamed.status.as_u16(), &unnamed.json()["code"]),
        (409, &json!("not_accepted"))
    );
    let cleared = stack.admin.post(&approve, &accepted).await.ok();
    assert_eq!(
        (&cleared["status"], &cleared["review_reason"]),
        (&json!("settled"), &Value::Null)
    );
    let never = json!({ "reason": "the statement has no such money" });
    let path = "/api/v1/intents/FAKE-1/reverse";
    let reversed = stack.merchant.post(path, &never).await.ok();
    assert_eq!(reversed["sub_status"], "reversed");
    let told = hook.wait_for("payment.reversed", "FAKE-1").await;
    assert_eq!(told.body["data"]["proof"], "merchant_word");
    let flags = hook
        .told()
        .into_iter()
        .filter(|t| t.event == "payment.flagged");
    assert_eq!(flags.count(), 2);
    let audit = stack.admin_text("/api/v1/admin/audit").await;
    assert!(
        audit.contains("mailbox.revoke") && audit.contains("stolen on the train"),
        "{audit}"
    );
    assert_eq!(forward(&stack, &token, "{}").await.status, 401);
    assert!(stack.broker.leftovers().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_phone_makes_an_unpaid_intent_verifying_instead_of_expired() {
    let mut stack = Stack::boot().await;
    let (id, token) = phone(&stack).await;
    let beat = format!("/api/v1/alerts/heartbeat/{token}");
    stack.public.post_raw(&beat, "").await.ok();
    stack.create("SILENT-1", "499.00").await;
    stack.pass(SignedDuration::from_mins(40)).await;
    stack.becomes("SILENT-1", "verifying").await;
    // Each process learns of the moved clock by itself.
    until(PATIENCE, async || {
        let listed = stack.admin_text("/api/v1/admin/mailboxes").await;
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let sources = listed["mailboxes"].as_array().cloned().unwrap_or_default();
        match sources.iter().find(|m| m["id"] == id.as_str()) {
            Some(phone) if phone["blind"] == true => Ok(()),
            other => Err(other.cloned()),
        }
    })
    .await;
    // It lives again, and has nothing to tell.
    stack.public.post_raw(&beat, "").await.ok();
    stack.becomes("SILENT-1", "expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_sends_badly_is_refused_and_writes_nothing() {
    let stack = Stack::boot().await;
    let (id, token) = phone(&stack).await;
    let before = stack.mails().await.len();
    let one = sms(&stack, Money::inr(100), "632600000003");
    let batch = format!("[{}]", vec![one; 1_000].join(","));
    for (body, status) in [
        (batch.into_bytes(), 422),
        (b"x".repeat(300 * 1024), 413),
        (Vec::new(), 422),
        (vec![0, 159, 146, 150], 422),
    ] {
        let path = format!("{SMS}/{token}");
        let answer = stack.public.post_bytes(&path, None, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    assert_eq!(forward(&stack, "wrong", "{}").await.status, 401);
    assert_eq!(forward(&stack, &id, "{}").await.status, 401);
    let ignored = forward(&stack, &token, "{}").await;
    assert_eq!(
        (ignored.status.as_u16(), ignored.json()["verdict"].clone()),
        (200, json!("ignored"))
    );
    assert_eq!(stack.mails().await.len(), before);
    // What the operator says badly.
    let path = format!("/api/v1/admin/mailboxes/{id}/bindings?{SCOPE}");
    let nobody = json!({ "account_id": id, "bank": "HDFC", "account_tail": "6604" });
    assert_eq!(stack.admin.post(&path, &nobody).await.status, 404);
    let app = json!({ "account_id": stack.account_id, "bank": "HDFC", "apps": ["com.whatsapp"] });
    let refused = stack.admin.post(&path, &app).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["field"].clone()),
        (422, json!("apps"))
    );
    let limits = format!("/api/v1/admin/mailboxes/{id}/limits?{SCOPE}");
    let refused = stack
        .admin
        .post(&limits, &json!({ "per_payment": -1, "per_day": 0 }))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["field"].clone()),
        (422, json!("per_payment"))
    );
}
