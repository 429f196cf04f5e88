//! Headers that no rule lists wait for their owner's word.

use super::{now, pair, phone, post, sms};
use crate::stack::Stack;
use proto::mail::SignatureScheme;
use proto::{Fault, mail};
use serde_json::json;

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
