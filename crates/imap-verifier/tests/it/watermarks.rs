use crate::bank::{alert, signed};
use crate::dns::{NameServer, SILENT};
use crate::stack::{A_WHILE, Stack};
use alerts::compose::demo_bank::DOMAIN;
use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use testkit::{TestMailbox, wait};

/// Waits until the newest watermark fits.
async fn watermark(
    stack: &Stack,
    fits: impl Fn(Timestamp) -> bool,
) -> domain::event::MailWatermark {
    wait::until(A_WHILE, async || {
        let all = stack.watermarks().await;
        match all.last() {
            Some(last) if fits(last.up_to) => Ok(last.clone()),
            other => Err(other.cloned()),
        }
    })
    .await
}

#[tokio::test]
async fn the_watermark_goes_on_and_names_what_was_said_before_it() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let now = Clock::new().now();
    let first = watermark(&stack, |up_to| up_to > now).await;
    assert_eq!(first.source_id.to_string(), watched.id);
    assert!(first.up_to <= Clock::new().now());
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "112345678901")))
        .await;
    let delivered = Clock::new().now();
    let second = watermark(&stack, |up_to| up_to > delivered).await;
    let seen = stack.observed(1).await.remove(0);
    assert!(second.last_seq >= seen.source_seq);
    let all = stack.watermarks().await;
    assert!(
        all.windows(2)
            .all(|pair| pair[0].last_seq <= pair[1].last_seq)
    );
}

#[tokio::test]
async fn a_quiet_mailbox_speaks_once_per_interval() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_WATERMARK_MS", "60000".to_owned()))).await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    wait::until(A_WHILE, async || {
        if stack.mailbox(&watched.id).await.watermark.is_some() {
            Ok(())
        } else {
            Err(())
        }
    })
    .await;
    // IDLE ends with a stranger's mail, which says nothing; then with an alert, which does.
    mailbox
        .deliver(b"From: Friend <f@example.org>\nSubject: hi\n\nhi\n")
        .await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "113345678901")))
        .await;
    stack.observed(1).await;
    let all = wait::until(A_WHILE, async || {
        let all = stack.watermarks().await;
        if all.len() >= 2 {
            Ok(all)
        } else {
            Err(all.len())
        }
    })
    .await;
    assert_eq!(all.len(), 2, "{all:?}");
}

#[tokio::test]
async fn a_moved_clock_moves_the_watermark_at_once() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_WATERMARK_MS", "60000".to_owned()))).await;
    let watched = stack.watch(&TestMailbox::new().await).await;
    wait::until(A_WHILE, async || {
        if stack.mailbox(&watched.id).await.watermark.is_some() {
            Ok(())
        } else {
            Err(())
        }
    })
    .await;
    stack.db.advance_clock(SignedDuration::from_hours(3)).await;
    let later = Clock::new().now() + SignedDuration::from_mins(179);
    watermark(&stack, |up_to| up_to > later).await;
}

#[tokio::test]
async fn an_undecided_mail_by_a_known_key_holds_the_watermark_until_it_is_decided() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "114345678901")))
        .await;
    stack.observed(1).await;

    dns.fail(true);
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "114345678902")))
        .await;
    let verdicts = stack.verdicts(2).await;
    assert_eq!(
        verdicts[1],
        ("undecided".to_owned(), "key_unavailable".to_owned())
    );
    let arrived_at =
        proto::convert::parse_timestamp(stack.messages().await[0].received_at.as_ref()).unwrap();
    // Watermarks go on being said, and none reaches past the mail's arrival.
    let said = stack.watermarks().await.len();
    let held = wait::until(A_WHILE, async || {
        let all = stack.watermarks().await;
        if all.len() >= said + 5 {
            Ok(all)
        } else {
            Err(all.len())
        }
    })
    .await;
    let last = held.last().unwrap().up_to;
    let before = held[said.saturating_sub(1)].up_to.max(arrived_at);
    assert!(last <= before, "{last} reaches past {before}");
    assert_eq!(stack.observations().await.len(), 1);

    dns.fail(false);
    let seen = stack.observed(2).await;
    assert_eq!(seen[1].reference, "114345678902");
    let decided = Clock::new().now();
    watermark(&stack, |up_to| up_to > decided).await;
    assert_eq!(stack.messages().await.len(), 2);
    stack.caught_up(&watched.id).await;
    assert_eq!(stack.observations().await.len(), 2);
}

#[tokio::test]
async fn a_forged_slow_selector_does_not_hold_expiry() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let forged = |selector: &str| {
        let unsigned = alerts::compose::demo_bank::alert(&alert(mailbox.address(), "115345678901"));
        alerts::compose::sign(&unsigned, selector, DOMAIN, crate::bank::KEY).unwrap()
    };
    mailbox.deliver(&forged(SILENT)).await;
    assert_eq!(stack.verdicts(1).await[0].0, "undecided");
    stack.caught_up(&watched.id).await;

    // Any number of them keeps no genuine mail from being read…
    for n in 0..20 {
        mailbox.deliver(&forged(&format!("{SILENT}-{n}"))).await;
    }
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "115345678902")))
        .await;
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "115345678902");
    assert_eq!(stack.messages().await.len(), 22);
    stack.caught_up(&watched.id).await;
}

#[tokio::test]
async fn invented_selectors_do_not_crowd_out_the_mail_that_holds_expiry() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "116345678901")))
        .await;
    stack.observed(1).await;
    stack.caught_up(&watched.id).await;
    dns.fail(true);
    let unsigned = alerts::compose::demo_bank::alert(&alert(mailbox.address(), "116345678902"));
    for n in 0..101 {
        let selector = format!("invented-{n}");
        let forged = alerts::compose::sign(&unsigned, &selector, DOMAIN, crate::bank::KEY);
        mailbox.deliver(&forged.unwrap()).await;
    }
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "116345678903")))
        .await;
    let delivered = Clock::new().now();
    stack.verdicts(103).await;
    let said = stack.watermarks().await.len();
    let held = wait::until(A_WHILE, async || {
        let all = stack.watermarks().await;
        if all.len() >= said + 5 {
            Ok(all)
        } else {
            Err(all.len())
        }
    })
    .await;
    assert!(
        held.last().unwrap().up_to <= delivered,
        "{held:?} reach past {delivered}"
    );
    // The key is there again: the bank's mail is decided first, however many wait before it.
    dns.fail(false);
    assert_eq!(stack.observed(2).await[1].reference, "116345678903");
}
