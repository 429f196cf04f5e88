//! Attacks on what a mail is believed to say.

use super::bank::{RULES, demo, dns, mail, read, refusal, signed, unsigned, verdict};
use crate::compose::demo_bank::{self, DemoAlert, Layout};
use crate::{Authenticity, Binding, Doubt, Kind, RefusalReason, Rules, Unbound, bind};
use domain::Money;
use domain::text::ShortText;

#[test]
fn both_layouts_of_the_demo_bank_read_as_they_were_written() {
    for layout in Layout::BOTH {
        let alert = demo(layout);
        let reading = read(&alert);
        assert!(reading.is_sure_credit(), "{reading:?}");
        let facts = reading.facts.unwrap();
        assert_eq!(facts.amount, alert.amount);
        assert_eq!(facts.utr, Some(alert.utr));
        assert_eq!(facts.payer_vpa, ShortText::non_empty(&alert.payer_vpa));
        assert_eq!(facts.payer_name, ShortText::non_empty(&alert.payer_name));
        assert_eq!(facts.account_tail, Some(alert.account_tail));
        assert_eq!(facts.note, ShortText::non_empty("ORD-7F3K9"));
        assert_eq!(facts.balance, Some(Money::inr(23_187_045)));
    }
}

#[test]
fn an_alert_without_a_note_has_none() {
    for layout in Layout::BOTH {
        let reading = read(&DemoAlert {
            note: None,
            ..demo(layout)
        });
        assert!(reading.is_sure_credit(), "{reading:?}");
        assert_eq!(reading.facts.unwrap().note, None);
    }
}

#[test]
fn refusing_words_of_the_payer_refuse_nothing_and_the_banks_do() {
    for layout in Layout::BOTH {
        let words = "refund of failed payment, reversed";
        let alert = DemoAlert {
            note: Some(words.to_owned()),
            ..demo(layout)
        };
        assert!(read(&alert).is_sure_credit());
        let by_bank = unsigned(&alert).replace("Subject: ", "Subject: Failed: ");
        assert_eq!(
            RULES.read(&mail(&by_bank)).doubt,
            Some(Doubt::Refused("failed"))
        );
    }
}

#[test]
fn a_line_more_or_less_is_not_the_banks_template() {
    let raw = unsigned(&demo(Layout::Plain));
    for changed in [
        raw.replace(
            "Balance after",
            "[Forwarded by the family mailbox]\r\nBalance after",
        ),
        raw.replace("Hello,\r\n", ""),
        format!(
            "{raw}\r\nYour Example Bank account ending 6604 was credited with INR 48,000.00 by UPI.\r\n"
        ),
    ] {
        let reading = RULES.read(&mail(&changed));
        // The general reader may understand it; it never settles.
        assert_eq!(reading.doubt, Some(Doubt::NoTemplate));
    }
}

#[test]
fn another_address_of_the_bank_is_read_but_never_sure() {
    let raw = unsigned(&demo(Layout::Plain)).replace("<credit@", "<offers@");
    let reading = RULES.read(&mail(&raw));
    assert_eq!(
        (reading.kind, reading.doubt),
        (Kind::Credit, Some(Doubt::UnlistedSender))
    );
}

#[tokio::test]
async fn production_does_not_know_the_demo_bank() {
    let raw = signed(&demo(Layout::Plain));
    let production = Rules::builtin();
    assert!(!production.knows(demo_bank::CODE));
    assert_eq!(production.sender_bank(demo_bank::SENDER), None);
    assert!(production.senders().all(|s| !s.ends_with(".test")));
    assert_eq!(production.read(&mail(&raw)).doubt, Some(Doubt::NoRules));
    let verdict = crate::authenticate(
        &mail(&raw),
        &production,
        &dns(demo_bank::DOMAIN),
        demo(Layout::Plain).at,
    )
    .await;
    assert_eq!(
        verdict,
        Authenticity::Refused {
            reason: RefusalReason::NotABank
        }
    );
    assert!(RULES.knows(demo_bank::CODE));
}

#[tokio::test]
async fn a_forwarded_alert_of_the_attackers_own_account_binds_nothing() {
    let alert = DemoAlert {
        account_tail: "9999".to_owned(),
        ..demo(Layout::Plain)
    };
    let raw = signed(&alert);
    assert!(matches!(
        verdict(&raw, &dns(demo_bank::DOMAIN)).await,
        Authenticity::Verified { .. }
    ));
    let binding = Binding {
        bank: demo_bank::CODE.to_owned(),
        account_tail: Some("6604".to_owned()),
        payee_vpa: None,
        registered_addresses: vec!["alerts@shop.test".to_owned()],
        apps: Vec::new(),
    };
    let mail = mail(&raw);
    assert_eq!(
        bind(&RULES.read(&mail), &mail.to_addresses(), &binding),
        Err(Unbound::OtherAccount)
    );
    let own = read(&demo(Layout::Table));
    assert_eq!(bind(&own, &mail.to_addresses(), &binding), Ok(()));
}

/// A second field above the signed one leaves the signature intact, and other readers take the upper one.
async fn second_is_refused(field: &str) {
    let raw = signed(&demo(Layout::Plain));
    let keys = dns(demo_bank::DOMAIN);
    assert_eq!(refusal(&raw, &keys).await, None);
    for added in [
        format!("{field}\r\n{raw}"),
        raw.replacen("From: ", &format!("{field}\r\nFrom: "), 1),
    ] {
        assert_eq!(
            refusal(&added, &keys).await,
            Some(RefusalReason::HeaderRepeated),
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_second_to_above_a_signed_one_is_refused() {
    second_is_refused("To: alerts@victim.test").await;
}

#[tokio::test]
async fn a_second_date_above_a_signed_one_is_refused() {
    second_is_refused("Date: Sat, 21 Nov 2026 08:00:00 +0530").await;
}

#[tokio::test]
async fn a_second_subject_above_a_signed_one_is_refused() {
    second_is_refused("Subject: Money in: INR 9,999.00").await;
}

#[tokio::test]
async fn a_second_message_id_above_a_signed_one_is_refused() {
    second_is_refused("Message-ID: <other@alerts.examplebank.test>").await;
}

#[tokio::test]
async fn a_second_from_or_content_type_is_refused() {
    second_is_refused("From: Bank <credit@alerts.examplebank.test>").await;
    second_is_refused("Content-Type: text/html").await;
    second_is_refused("Content-Transfer-Encoding: 7bit").await;
    second_is_refused("MIME-Version: 1.0").await;
    second_is_refused("tO: alerts@victim.test").await;
}

#[test]
fn a_shops_refund_never_settles_alone() {
    let reading = read(&DemoAlert {
        payer_vpa: "gpayRefund-online@okexample".to_owned(),
        ..demo(Layout::Plain)
    });
    assert!(reading.is_sure_credit());
    assert!(!reading.facts.unwrap().mode.settles_alone());
}
