use crate::{assert_line, text};
use e2e::{Ended, Stack};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_merchants_rule_is_tried_stored_changed_and_removed() {
    let stack = Stack::boot().await;
    let list = async || stack.noxpay(&["rules", "list"]).await.ok();
    assert!(list().await.contains("no rules"));
    let rule = async |command: &str, amount: &str, more: &[&str]| -> Ended {
        let fields = [
            "rules",
            command,
            "--bank-name",
            "My Bank",
            "--keyword",
            "INR",
            "--utr",
            r"\b(\d{12})\b",
            "--amount",
            amount,
        ];
        stack.noxpay(&[&fields[..], more].concat()).await
    };
    // The fault is pointed at, and nothing is stored.
    for command in ["check", "add"] {
        let refused = rule(command, "INR ([0-9", &[]).await.failed();
        assert!(refused.contains("amount_regex at character 6"), "{refused}");
    }
    assert!(list().await.contains("no rules"));

    // The proving payment's mail is kept.
    let amount = r"([\d,]+\.\d{2})";
    let tried = rule("check", amount, &[]).await.ok();
    assert_line(&tried, &["recorded", "ref 6325", "a sure credit"]);
    assert!(list().await.contains("no rules"));
    let saved = rule("add", amount, &["--json"]).await.ok();
    let saved: Value = serde_json::from_str(&saved).expect("JSON");
    let id = text(&saved, "rule_id");
    assert_line(&list().await, &[id, "My Bank", amount]);
    let changed = rule("add", amount, &["--replaces", id, "--remark", "note (.+)"]).await;
    assert_line(&changed.ok(), &[id, "version 2"]);
    assert_line(&list().await, &[id, "2", "note (.+)"]);

    let removed = stack.noxpay(&["rules", "remove", id]).await.ok();
    assert_line(&removed, &[id, "removed"]);
    assert!(list().await.contains("no rules"));
    let again = stack.noxpay(&["rules", "remove", id]).await.failed();
    assert!(again.contains("not_found"), "{again}");
}
