use crate::bank::{self, alert, signed};
use crate::imap;
use crate::stack::{Stack, added};
use alerts::compose::demo_bank::{DOMAIN, DemoAlert, Layout};
use domain::evidence::{Direction, PaymentMode, RailClass, Strength};
use domain::{Interval, Money};
use testkit::TestMailbox;

#[tokio::test]
async fn an_alert_becomes_one_observation_with_exactly_its_facts() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let sent = alert(mailbox.address(), "084701812319");
    mailbox.deliver(&signed(&sent)).await;

    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.account_id.uuid(), watched.account);
    assert_eq!(seen.merchant_id.uuid(), stack.merchant);
    assert_eq!(seen.source_id.to_string(), watched.id);
    // Binding the account was 1.
    assert_eq!(seen.source_seq, 2);
    assert!(seen.live);
    assert_eq!(seen.rail_class, RailClass::Inr);
    assert_eq!(seen.reference, "084701812319");
    assert_eq!(seen.strength, Strength::Strong);
    assert_eq!(seen.direction, Direction::Credit);
    assert_eq!(seen.mode, PaymentMode::Upi);
    assert_eq!(seen.amount, Money::inr(49_900));
    assert_eq!(seen.interval, Interval::second(sent.at));
    let text = |t: &Option<domain::text::ShortText>| {
        t.as_ref()
            .map(|t| t.as_str().to_owned())
            .unwrap_or_default()
    };
    assert_eq!(text(&seen.payer_vpa), "asha@okbank");
    assert_eq!(text(&seen.payer_name), "ASHA RAO");
    assert_eq!(text(&seen.note), "K7QW2M9XPA");
    assert_eq!(seen.proof.method, "dkim");
    assert_eq!(seen.proof.domain, DOMAIN);
    assert_eq!(seen.proof.rule_id, "EXAMPLEBANK/upi-credit-plain");
    assert_eq!(seen.proof.message_digest.len(), 64);

    let logged = stack.messages().await.remove(0);
    assert_eq!(
        (logged.verdict.as_str(), logged.reason.as_str()),
        ("recorded", "")
    );
    assert_eq!(logged.observation_id, seen.observation_id.to_string());
    assert_eq!(logged.bank, "EXAMPLEBANK");
    assert_eq!(logged.subject, "Money in: INR 499.00");
    stack.caught_up(&watched.id).await;
    assert_eq!(stack.observations().await.len(), 1);
    assert!(
        imap::flags(&mailbox)
            .await
            .iter()
            .flatten()
            .all(|f| f != "\\Seen")
    );
}

#[tokio::test]
async fn the_table_layout_is_recorded_to_the_minute() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let sent = DemoAlert {
        layout: Layout::Table,
        note: None,
        ..alert(mailbox.address(), "612345678901")
    };
    mailbox.deliver(&signed(&sent)).await;
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.interval.precision(), domain::Precision::Minute);
    assert!(seen.interval.meets(sent.at, sent.at));
    assert_eq!(seen.note, None);
}

#[tokio::test]
async fn alerts_of_real_banks_are_recorded() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let to = mailbox.address();
    let id = stack.add(added(&mailbox)).await;
    let hdfc = stack.bind(&id, "HDFC", "7722", to).await;
    let axis = stack.bind(&id, "AXIS", "3370", to).await;
    mailbox
        .deliver(&bank::corpus(
            "c01-hdfc-upi-credit-sentence",
            to,
            "hdfcbank.net",
        ))
        .await;
    mailbox
        .deliver(&bank::corpus(
            "c05-axis-credit-cards-layout",
            to,
            "axis.bank.in",
        ))
        .await;

    let mut seen = stack.observed(2).await;
    // The server may number mails in another order than they came in.
    seen.sort_by_key(|o| std::cmp::Reverse(o.amount.minor()));
    let told: Vec<_> = seen
        .iter()
        .map(|o| (o.account_id.uuid(), o.amount, o.reference.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (hdfc, Money::inr(16_000), "692448302585"),
            (axis, Money::inr(100), "677264285500")
        ]
    );
    // HDFC prints a date only: the half hour before the mail.
    let half_hour = seen[0]
        .interval
        .to()
        .duration_since(seen[0].interval.from());
    assert_eq!(half_hour.as_mins(), 30);
}

#[tokio::test]
async fn strangers_leave_no_trace_and_too_large_mails_are_not_fetched() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    for n in 0..30 {
        let text = format!(
            "From: Friend <friend{n}@example.org>\nTo: <{}>\nSubject: hello\n\nhow are you?\n",
            mailbox.address()
        );
        mailbox.deliver(text.as_bytes()).await;
    }
    let mut large = signed(&alert(mailbox.address(), "712345678901"));
    large.extend_from_slice(&b"x".repeat(70).repeat(16_000));
    mailbox.deliver(&large).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "712345678902")))
        .await;

    assert_eq!(stack.observed(1).await[0].reference, "712345678902");
    stack.caught_up(&watched.id).await;
    let reason = |r: &str| r.to_owned();
    let expected = [
        (reason("recorded"), String::new()),
        (reason("refused"), reason("too_large")),
    ];
    assert_eq!(stack.verdicts(2).await, expected);
}

#[tokio::test]
async fn a_renumbered_folder_is_read_again_without_harm() {
    const FOLDER: &str = "Bank";
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let first = signed(&alert(mailbox.address(), "812345678901"));
    let second = signed(&alert(mailbox.address(), "812345678902"));
    imap::recreate(&mailbox, FOLDER, vec![first.clone()]).await;
    let request = proto::mail::AddMailboxRequest {
        folder: FOLDER.to_owned(),
        ..added(&mailbox)
    };
    // Bound before it is read, so that the first scan knows the account.
    let id = stack.add(request).await;
    stack
        .set_state(&id, proto::mail::MailboxState::Paused)
        .await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    stack
        .set_state(&id, proto::mail::MailboxState::Active)
        .await;
    let before = stack.verdicts(1).await;
    imap::recreate(&mailbox, FOLDER, vec![first, second]).await;

    let verdicts = stack.verdicts(before.len() + 2).await;
    assert_eq!(verdicts.len(), before.len() + 2);
    let references: Vec<_> = stack
        .observations()
        .await
        .into_iter()
        .map(|o| o.reference)
        .collect();
    assert!(
        references.ends_with(&["812345678901".to_owned(), "812345678902".to_owned()]),
        "{references:?}"
    );
    let sequence: Vec<_> = stack
        .observations()
        .await
        .iter()
        .map(|o| o.source_seq)
        .collect();
    assert!(
        sequence.windows(2).all(|pair| pair[0] < pair[1]),
        "{sequence:?}"
    );
}
