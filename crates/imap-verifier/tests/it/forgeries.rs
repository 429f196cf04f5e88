use crate::bank::{self, KEY, SELECTOR, alert, signed};
use crate::stack::Stack;
use alerts::compose::demo_bank::{self, DOMAIN, DemoAlert};
use alerts::compose::sign_headers;
use domain::evidence::reference_key;
use testkit::TestMailbox;

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn a_second_to_above_a_signed_one_is_refused() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    // The attacker's own genuine alert, forwarded with the merchant's address on top.
    let own = signed(&alert("attacker@elsewhere.test", "412345678901"));
    for field in [
        format!("To: <{}>", mailbox.address()),
        "Date: Sat, 18 Apr 2026 11:02:41 +0530".to_owned(),
        "Subject: x".to_owned(),
        "Message-ID: <x@y>".to_owned(),
    ] {
        mailbox
            .deliver(&[format!("{field}\r\n").as_bytes(), &own].concat())
            .await;
    }
    let refused = pair("refused", "header_repeated");
    assert_eq!(
        stack.verdicts(4).await,
        [refused.clone(), refused.clone(), refused.clone(), refused]
    );
    stack.caught_up(&watched.id).await;
    assert!(stack.observations().await.is_empty());
}

#[tokio::test]
async fn a_forged_alert_with_a_real_utr_does_not_shadow_the_genuine_one() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let genuine = alert(mailbox.address(), "512345678901");
    let unsigned = demo_bank::alert(&genuine);
    let mut changed = signed(&DemoAlert {
        utr: "512345678900".to_owned(),
        ..genuine.clone()
    });
    let at = changed
        .windows(12)
        .position(|w| w == b"512345678900")
        .unwrap();
    changed[at + 11] = b'1';
    mailbox.deliver(&unsigned).await;
    mailbox.deliver(&changed).await;
    mailbox.deliver(&signed(&genuine)).await;

    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "512345678901");
    let expected = [
        pair("recorded", ""),
        pair("refused", "body_changed"),
        pair("refused", "unsigned"),
    ];
    assert_eq!(stack.verdicts(3).await, expected);
}

#[tokio::test]
async fn an_alert_without_account_digits_is_unbound_and_never_settles() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let own = alert(mailbox.address(), "312345678901");
    let others = [
        DemoAlert {
            account_tail: "821".to_owned(),
            ..own.clone()
        },
        DemoAlert {
            account_tail: "9999".to_owned(),
            ..own.clone()
        },
        DemoAlert {
            to: "somebody.else@shop.test".to_owned(),
            ..own.clone()
        },
    ];
    for other in &others {
        mailbox.deliver(&signed(other)).await;
    }
    let expected = [
        pair("unbound", "no_account_digits"),
        pair("unbound", "other_account"),
        pair("unbound", "other_recipient"),
    ];
    assert_eq!(stack.verdicts(3).await, expected);
    stack.caught_up(&watched.id).await;
    assert!(stack.observations().await.is_empty());
}

#[tokio::test]
async fn an_alert_that_fits_two_accounts_proves_neither() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack
        .bind(
            &watched.id,
            "EXAMPLEBANK",
            &format!("77{}", bank::TAIL),
            mailbox.address(),
        )
        .await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "322345678901")))
        .await;
    assert_eq!(
        stack.verdicts(1).await,
        [pair("unbound", "several_accounts")]
    );
}

#[tokio::test]
async fn a_replayed_alert_has_the_same_reference() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let mail = signed(&alert(mailbox.address(), "212345678901"));
    mailbox.deliver(&mail).await;
    mailbox.deliver(&mail).await;
    let seen = stack.observed(2).await;
    let key = |n: usize| {
        (
            reference_key(&seen[n].rail_class, &seen[n].reference),
            seen[n].account_id,
        )
    };
    assert_eq!(key(0), key(1));
    assert_eq!(seen[0].proof.message_digest, seen[1].proof.message_digest);
    assert_ne!(seen[0].observation_id, seen[1].observation_id);
    assert_eq!(seen[1].source_seq, seen[0].source_seq + 1);
}

#[tokio::test]
async fn what_no_template_fits_is_kept_and_counted() {
    runtime::telemetry::init_metrics().unwrap();
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let text = format!(
        "From: {}\r\nTo: {}\r\nSubject: News\r\nDate: Sat, 18 Apr 2026 11:02:41 +0530\r\nMessage-ID: <n@{DOMAIN}>\r\n\r\nOur app is new.\r\n",
        demo_bank::SENDER,
        mailbox.address()
    );
    mailbox
        .deliver(&bank::signed_by(text.as_bytes(), DOMAIN))
        .await;
    let unsigned_date = sign_headers(
        text.as_bytes(),
        SELECTOR,
        DOMAIN,
        KEY,
        &["From", "To", "Subject", "Message-ID"],
    )
    .unwrap();
    mailbox.deliver(&unsigned_date).await;
    assert_eq!(
        stack.verdicts(2).await,
        [pair("refused", "header_unsigned"), pair("unparsed", "")]
    );
    let metrics = runtime::telemetry::render_metrics();
    assert!(
        metrics.contains("noxpay_unparsed_bank_mail_total{bank=\"EXAMPLEBANK\"} 1"),
        "{metrics}"
    );
    let refused = "noxpay_mail_refused_total{verdict=\"refused\",reason=\"header_unsigned\"} 1";
    assert!(metrics.contains(refused), "{metrics}");
}
