//! What becomes of a posted mail.

use super::{TO, channel, pair, post};
use crate::bank::{self, alert, signed};
use crate::stack::Stack;
use alerts::compose::demo_bank::{self, DemoAlert};

#[tokio::test]
async fn a_posted_mail_becomes_one_observation_however_often_it_comes() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let raw = signed(&alert(TO, "121345678901"));
    assert_eq!(
        post(&stack, &channel.token, &raw).await,
        pair("recorded", "")
    );
    // The same bytes, and the same mail over another way.
    let relayed = [b"Received: by relay.test; now\r\n".as_slice(), &raw].concat();
    for again in [&raw, &relayed] {
        assert_eq!(
            post(&stack, &channel.token, again).await,
            pair("duplicate", "")
        );
    }
    let raw = signed(&alert(TO, "121345678902"));
    let at_once = (0..8).map(|_| post(&stack, &channel.token, &raw));
    let verdicts = futures_util::future::join_all(at_once).await;
    let recorded = verdicts.iter().filter(|v| v.0 == "recorded").count();
    assert_eq!(recorded, 1, "{verdicts:?}");

    let seen = stack.observed(2).await;
    assert_eq!(seen[0].account_id.uuid(), channel.account);
    assert_eq!(seen[0].source_id.to_string(), channel.id);
    // Binding the account was 1.
    assert_eq!(seen[0].source_seq, 2);
    assert_eq!(seen[0].proof.method, "dkim");
    let logged = stack.messages().await;
    assert_eq!(logged.len(), seen.len());
    assert!(logged.iter().all(|m| m.mailbox_id == channel.id));
}

#[tokio::test]
async fn a_forgery_by_http_does_not_shadow_the_genuine_alert() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let genuine = signed(&alert(TO, "122345678901"));
    let mut changed = genuine.clone();
    let at = changed
        .windows(12)
        .position(|w| w == b"122345678901")
        .unwrap();
    changed[at] = b'9';
    let token = &channel.token;
    assert_eq!(
        post(&stack, token, &changed).await,
        pair("refused", "body_changed")
    );
    let unsigned = demo_bank::alert(&alert(TO, "122345678901"));
    assert_eq!(
        post(&stack, token, &unsigned).await,
        pair("refused", "unsigned")
    );
    let other = signed(&DemoAlert {
        account_tail: "9999".to_owned(),
        ..alert(TO, "122345678902")
    });
    assert_eq!(
        post(&stack, token, &other).await,
        pair("unbound", "other_account")
    );
    assert_eq!(post(&stack, token, &genuine).await, pair("recorded", ""));
    assert_eq!(stack.observed(1).await[0].reference, "122345678901");
}

#[tokio::test]
async fn what_is_no_banks_mail_leaves_no_trace() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let stranger = b"From: friend@example.org\r\nTo: x@y.test\r\n\r\nhello".as_slice();
    for raw in [stranger, b"", b"\0\x01\xff\xfe", &[b'\n'; 100]] {
        assert_eq!(
            post(&stack, &channel.token, raw).await,
            pair("ignored", "unlisted_sender")
        );
    }
    assert!(stack.messages().await.is_empty());
    let mut large = signed(&alert(TO, "123345678901"));
    large.extend(b"x".repeat(1 << 20));
    assert_eq!(
        post(&stack, &channel.token, &large).await,
        pair("refused", "too_large")
    );
    assert_eq!(stack.verdicts(1).await, [pair("refused", "too_large")]);
}

#[tokio::test]
async fn a_mailed_sms_is_not_evidence() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let (tail, date) = (
        bank::TAIL,
        bank::now().strftime("%a, %d %b %Y %H:%M:%S +0000"),
    );
    let text = format!(
        "Rs.499.00 credited to A/c XX{tail} on 14-06-26 18:22 by UPI from asha@okbank. Ref 128345678901 -Example Bank"
    );
    let mail = |from: &str| {
        format!(
            "From: <{from}>\r\nTo: <{TO}>\r\nSubject: SMS from VM-EXBANK-S\r\nDate: {date}\r\nMessage-ID: <1@{from}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             From: VM-EXBANK-S\r\n{text}\r\n"
        )
    };
    // The merchant's own forwarder.
    let relayed = mail("relay@phone-forwarder.test");
    assert_eq!(
        post(&stack, &channel.token, relayed.as_bytes()).await,
        pair("ignored", "unlisted_sender")
    );
    // Even if the bank itself mailed an SMS: a phone's templates are a phone's.
    let signed = bank::signed_by(mail(demo_bank::SENDER).as_bytes(), demo_bank::DOMAIN);
    let (verdict, _) = post(&stack, &channel.token, &signed).await;
    assert_eq!(verdict, "unparsed");
    assert!(stack.observations().await.is_empty());
}
