use crate::{assert_line, text};
use alerts::compose::demo_bank::CODE;
use domain::Money;
use e2e::Stack;
use e2e::answers::money;
use serde_json::Value;
use testkit::wait::{PATIENCE, until};
use testkit::{TestMailbox, mailbox};

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_with_a_wrong_password_says_what_to_do_and_is_read_after_it() {
    let stack = Stack::boot().await;
    let own = TestMailbox::new().await;
    let port = testkit::env::imaps_port().to_string();
    let add = [
        "mailbox",
        "add",
        "--host",
        mailbox::HOST,
        "--port",
        &port,
        "--username",
        own.address(),
        "--json",
    ];
    let empty = stack.noxpay(&add).await;
    assert_eq!(empty.code, 2, "{empty:?}");
    let added = stack.noxpay_typing("wrong\n", &add).await.ok();
    let added: Value = serde_json::from_str(&added).expect("JSON");
    let id = text(&added, "id");
    // Three refusals end it.
    let listed = until(PATIENCE, async || {
        let listed = stack.noxpay_json(&["mailbox", "list"]).await;
        let all = listed["mailboxes"].as_array().cloned().unwrap_or_default();
        let failed = all.iter().find(|m| m["id"] == id).cloned();
        match failed {
            Some(failed) if failed["state"] == "auth_failed" => Ok((failed, all)),
            other => Err(other),
        }
    })
    .await;
    let (failed, all) = listed;
    let (day, advice) = (
        &text(&failed, "failing_since")[..10],
        text(&failed, "advice"),
    );
    let listed = stack.noxpay(&["mailbox", "list"]).await.ok();
    assert_line(&listed, &[id, "auth_failed", "login", day]);
    assert_line(&listed, &[id, advice]);
    assert!(advice.contains("noxpay mailbox set-password"), "{advice}");
    let fine = all.iter().find(|m| m["id"] != id).expect("the other");
    assert!(fine["failing_since"].is_null() && fine["advice"].is_null());
    let tried = stack.noxpay(&["mailbox", "test", id]).await.failed();
    assert!(tried.contains("`login`"), "{tried}");

    let set = ["mailbox", "set-password", id];
    let active = stack.noxpay_typing(own.password(), &set).await.ok();
    assert_line(&active, &[own.address(), "active"]);
    let tried = stack.noxpay(&["mailbox", "test", id]).await.ok();
    assert_line(&tried, &["INBOX", "yes"]);
    let payment = stack.bank.payment(Money::inr(100), None, stack.now());
    stack.bank.tell(&payment, &own).await;
    let logged = async |count: usize| {
        until(PATIENCE, async || {
            let log = ["mailbox", "log", "--mailbox", id, "--verdict", "unbound"];
            let out = stack.noxpay(&log).await.ok();
            match out.matches("Money in").count() {
                found if found == count => Ok(out),
                _ => Err(out),
            }
        })
        .await
    };
    // No account is bound to it.
    assert_line(&logged(1).await, &["unbound", "no_binding", &payment.utr]);

    let state = async |command: &str, wanted: &str| {
        let out = stack.noxpay(&["mailbox", command, id]).await.ok();
        assert_line(&out, &[own.address(), wanted]);
    };
    state("pause", "paused").await;
    let listed = stack.noxpay(&["mailbox", "list"]).await.ok();
    assert_line(&listed, &[id, "paused"]);
    let payment = stack.bank.payment(Money::inr(200), None, stack.now());
    stack.bank.tell(&payment, &own).await;
    state("resume", "active").await;
    logged(2).await;
    state("remove", "removed").await;
    let listed = stack.noxpay(&["mailbox", "list"]).await.ok();
    assert!(!listed.contains(id), "{listed}");
    for command in ["resume", "test"] {
        let refused = stack.noxpay(&["mailbox", command, id]).await.failed();
        assert!(refused.contains("removed"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_posted_mails_is_added_and_given_another_token() {
    let stack = Stack::boot().await;
    let shown = stack
        .noxpay(&["mailbox", "add", "--http", "Forwarded"])
        .await;
    let shown = shown.ok();
    let after = |out: &str, word: &str| {
        let line = out.lines().find_map(|line| line.trim().strip_prefix(word));
        let line = line.unwrap_or_else(|| panic!("no {word} in\n{out}"));
        line.split_whitespace().next().expect("a word").to_owned()
    };
    let (id, token) = (after(&shown, "http source "), after(&shown, "token: "));
    let address = stack.mailbox.address();
    let bind = [
        "device",
        "bind",
        &id,
        "--account",
        &stack.account_id,
        "--bank",
        CODE,
        "--account-tail",
        "6604",
    ];
    // Mails are written to somebody.
    let nobody = stack.noxpay(&bind).await.failed();
    assert!(nobody.contains("registered_addresses"), "{nobody}");
    stack
        .noxpay(&[&bind[..], &["--registered-address", address]].concat())
        .await
        .ok();
    let created = stack.create("POSTED-1", "499.00").await;
    let payment = stack
        .bank
        .payment(money(&created["payable_amount"]), None, stack.now());
    let raw = stack.bank.alert(&payment, address);
    let post = async |token: &str| {
        let path = format!("/api/v1/alerts/mail/{token}");
        let kind = Some("message/rfc822");
        stack.public.post_bytes(&path, kind, raw.clone()).await
    };
    let rotated = stack.noxpay_json(&["mailbox", "rotate-token", &id]).await;
    assert_eq!(post(&token).await.status, 401);
    let taken = post(text(&rotated, "token")).await;
    assert_eq!(taken.json()["verdict"], "recorded", "{}", taken.text);
    stack.becomes("POSTED-1", "settled").await;

    // Nobody vouches for what is posted, and there is nothing to try or to log in to.
    let trust = ["mailbox", "trust-results", &id, "--trust", "yes"];
    assert!(stack.noxpay(&trust).await.failed().contains("wrong_state"));
    let tried = stack.noxpay(&["mailbox", "test", &id]).await.failed();
    assert!(tried.contains("pushes"), "{tried}");
    let set = ["mailbox", "set-password", &id];
    let refused = stack.noxpay_typing("secret", &set).await.failed();
    assert!(refused.contains("pushes"), "{refused}");
}
