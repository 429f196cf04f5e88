//! Headers that no rule lists wait for their owner's word.

use super::{now, pair, phone, post, sms};
use crate::sql;
use crate::stack::{A_WHILE, Stack};
use jiff::SignedDuration;
use proto::mail::SignatureScheme;
use proto::{Fault, mail};
use serde_json::json;
use testkit::wait;

#[tokio::test]
async fn the_owners_word_makes_a_header_a_banks() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let mut told = sms("10.00", "631234568001", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(
        post(&stack, &phone, &told).await,
        [pair("unsure", "unknown_sender")]
    );
    let trust = |header: &str, bank: &str| mail::TrustHeaderRequest {
        mailbox_id: phone.id.clone(),
        header: header.to_owned(),
        bank: bank.to_owned(),
    };
    for (request, field) in [
        (trust("+919876543210", "EXAMPLEBANK"), "header"),
        (trust("Asha Rao", "EXAMPLEBANK"), "header"),
        (trust("HDFCBK", "EXAMPLEBANK"), "header"),
        (trust("NEWBNK", "NOBANK"), "bank"),
    ] {
        let refused = stack.client().trust_header(stack.call(request)).await;
        let fault = Fault::from(refused.unwrap_err());
        assert_eq!(fault.field.as_deref(), Some(field));
    }
    let good = trust("vm-newbnk-s", "examplebank");
    stack.client().trust_header(stack.call(good)).await.unwrap();
    // The one that waited is evidence now, once.
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(
        (seen.reference.as_str(), seen.proof.domain.as_str()),
        ("631234568001", "NEWBNK")
    );
    assert_eq!(stack.verdicts(1).await, [pair("recorded", "")]);
    assert_eq!(post(&stack, &phone, &told).await, [pair("duplicate", "")]);
    let again = trust("NEWBNK", "EXAMPLEBANK");
    stack
        .client()
        .trust_header(stack.call(again))
        .await
        .unwrap();
    let mut told = sms("10.00", "631234568002", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(post(&stack, &phone, &told).await, [pair("recorded", "")]);
    let seen = stack.observed(2).await;
    assert_eq!([seen[0].source_seq, seen[1].source_seq], [2, 3]);
    let listed = stack.mailbox(&phone.id).await.trusted_headers;
    assert_eq!(
        (listed[0].header.as_str(), listed[0].bank.as_str()),
        ("NEWBNK", "EXAMPLEBANK")
    );
}

#[tokio::test]
async fn the_log_names_the_channel_and_says_why_and_no_rule_is_tried_on_an_sms() {
    let stack = Stack::start().await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let mut told = sms("10.00", "641234568001", now());
    told["from"] = json!("JD-NEWBNK-T");
    assert_eq!(
        post(&stack, &phone, &told).await,
        [pair("unsure", "unknown_sender")]
    );
    let logged = stack.messages().await.remove(0);
    assert_eq!(logged.channel, "phone");
    assert!(logged.reason_words.contains("trust-header"));
    assert!(!logged.body_kept);
    let run = crate::rules::dry_run(&stack).await;
    assert_eq!((run.mails.len(), run.not_kept), (0, 0));
}

#[tokio::test]
async fn what_waited_for_too_long_is_dropped_and_says_nothing_any_more() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_SMS_AGE_MS", "3600000".to_owned()))).await;
    let phone = phone(&stack, SignatureScheme::Unspecified).await;
    let tell = async |utr: &str, header: &str, at| {
        let mut told = sms("10.00", utr, at);
        told["from"] = json!(header);
        let unknown = pair("unsure", "unknown_sender");
        assert_eq!(post(&stack, &phone, &told).await, [unknown]);
    };
    let waiting = async || {
        sql::texts(
            &stack.db,
            "SELECT header AS t FROM mail.waiting_messages ORDER BY 1",
        )
        .await
    };
    tell("651234568001", "JD-OLDBNK-T", now()).await;
    let later = SignedDuration::from_mins(61);
    stack.db.advance_clock(later).await;
    // Once the service has noticed the time, a younger one waits.
    wait::until(A_WHILE, async || {
        let early = stack.mailbox(&phone.id).await;
        if early.blind { Ok(()) } else { Err(early) }
    })
    .await;
    tell("651234568002", "JD-NEWBNK-T", now() + later).await;
    assert_eq!(waiting().await, ["NEWBNK", "OLDBNK"]);

    // Nobody has swept yet, and the owner's word comes too late for it.
    let trust = async |header: &str| {
        let request = mail::TrustHeaderRequest {
            mailbox_id: phone.id.clone(),
            header: header.to_owned(),
            bank: "EXAMPLEBANK".to_owned(),
        };
        let trusted = stack.client().trust_header(stack.call(request)).await;
        trusted.unwrap();
    };
    trust("OLDBNK").await;
    assert_eq!(waiting().await, ["NEWBNK", "OLDBNK"]);
    // A replica sweeps when it starts; this one does so every hour.
    let shutdown = runtime::Shutdown::new();
    stack
        .replica_with(&shutdown, |v| {
            drop(v.insert("NOXPAY_SMS_AGE_MS", "3600000".to_owned()))
        })
        .await;
    wait::until(A_WHILE, async || {
        let left = waiting().await;
        if left == ["NEWBNK"] {
            Ok(())
        } else {
            Err(left)
        }
    })
    .await;
    shutdown.begin();
    trust("NEWBNK").await;
    assert_eq!(stack.observed(1).await[0].reference, "651234568002");
    assert!(waiting().await.is_empty());
}
