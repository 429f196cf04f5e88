use crate::{assert_line, text};
use alerts::compose::demo_bank::CODE;
use domain::Money;
use e2e::answers::money;
use e2e::phone::{forward, sms};
use e2e::{Ended, Stack};
use testkit::wait::{PATIENCE, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_believed_and_revoked() {
    let stack = Stack::boot().await;
    let none = stack.noxpay(&["device", "list"]).await.ok();
    assert!(none.contains("noxpay device add"), "{none}");
    let made = stack.noxpay_json(&["device", "add", "Counter"]).await;
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    let again = stack.noxpay(&["device", "add", "Counter"]).await.failed();
    assert!(again.contains("conflict"), "{again}");
    let account = stack.account_id.as_str();
    let bind = async |more: &[&str]| -> Ended {
        let bind = ["device", "bind", id, "--account", account, "--bank", CODE];
        stack.noxpay(&[&bind[..], more].concat()).await
    };
    let chat = bind(&["--app", "com.whatsapp"]).await.failed();
    assert!(chat.contains("apps"), "{chat}");
    let bound = bind(&["--account-tail", "6604"]).await.ok();
    assert_line(&bound, &["bound", account]);

    // It is believed as far as it may.
    let created = stack.create("PHONE-1", "499.00").await;
    let told = sms(&stack, money(&created["payable_amount"]), "642600000001");
    let answer = forward(&stack, token, &told).await;
    assert_eq!(answer.json()["verdict"], "recorded", "{}", answer.text);
    stack.becomes("PHONE-1", "settled").await;
    let limits = ["--per-payment", "600", "--per-day", "5000.50"];
    let limited = [&["device", "limits", id][..], &limits].concat();
    assert_line(
        &stack.noxpay(&limited).await.ok(),
        &["INR 600.00", "INR 5000.50"],
    );
    let large = sms(&stack, Money::inr(60_001), "642600000002");
    let answer = forward(&stack, token, &large).await;
    assert_eq!(answer.json()["reason"], "over_device_limit");

    // A header that nobody lists waits for its owner's word.
    let created = stack.create("PHONE-2", "299.00").await;
    let told = sms(&stack, money(&created["payable_amount"]), "642600000003");
    let told = told.replace("VM-EXBANK-S", "JD-NEWBNK-T");
    let answer = forward(&stack, token, &told).await;
    assert_eq!(answer.json()["reason"], "unknown_sender");
    let log = stack
        .noxpay(&["mailbox", "log", "--mailbox", id])
        .await
        .ok();
    assert_line(&log, &["phone", "JD-NEWBNK-T", "unknown_sender"]);
    assert_line(&log, &["unknown_sender:", "device trust-header"]);
    let trust = ["device", "trust-header", id, "--bank", CODE, "--header"];
    let number = [&trust[..], &["+919876543210"]].concat();
    let refused = stack.noxpay(&number).await.failed();
    assert!(refused.contains("header"), "{refused}");
    stack
        .noxpay(&[&trust[..], &["JD-NEWBNK-T"]].concat())
        .await
        .ok();
    stack.becomes("PHONE-2", "settled").await;
    let listed = stack.noxpay(&["device", "list"]).await.ok();
    let shown = [id, "Counter", "active", "INR 600.00", "NEWBNK (", CODE];
    assert_line(&listed, &shown);
    assert!(!listed.contains(token));

    // It is lost.
    let log = stack
        .noxpay_json(&["mailbox", "log", "--mailbox", id])
        .await;
    let removed = stack.noxpay(&["device", "remove", id]).await.ok();
    assert_line(&removed, &["Counter", "removed"]);
    let vouched = log["mails"].as_array().expect("mails").iter();
    let vouched: Vec<_> = vouched
        .filter_map(|m| m["observation_id"].as_str())
        .collect();
    assert_eq!(vouched.len(), 2, "{log}");
    for observation in vouched {
        assert_line(&removed, &[observation]);
    }
    // The orders that it settled are found, to be looked through.
    assert_line(&removed, &["mailbox log --verdict recorded", id]);
    let recorded = ["mailbox", "log", "--verdict", "recorded", "--mailbox", id];
    let recorded = stack.noxpay(&recorded).await.ok();
    for order in ["PHONE-1", "PHONE-2"] {
        let intent = stack.intent(order).await;
        assert_line(&recorded, &["allocated", text(&intent, "id")]);
    }
    assert_eq!(forward(&stack, token, &told).await.status, 401);
    // It was stolen, after all.
    let revoke = ["device", "revoke", id, "--reason", "stolen on the train"];
    let revoked = stack.noxpay(&revoke).await.ok();
    assert_line(&revoked, &["Counter", "revoked", "2 payments", "doubted"]);
    for order in ["PHONE-1", "PHONE-2"] {
        until(PATIENCE, async || {
            let shown = stack.noxpay(&["intent", "show", order]).await.ok();
            match shown.contains("source_revoked") {
                true => Ok(()),
                false => Err(shown),
            }
        })
        .await;
    }
    let shown = stack.noxpay(&["intent", "show", "PHONE-1"]).await.ok();
    assert_line(&shown, &["DOUBTED", "stolen on the train"]);
    let none = stack.noxpay(&["device", "list"]).await.ok();
    assert!(!none.contains(id), "{none}");
    let gone = bind(&["--account-tail", "6604"]).await.failed();
    assert!(gone.contains("removed"), "{gone}");
}
