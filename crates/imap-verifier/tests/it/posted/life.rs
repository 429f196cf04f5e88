//! Signs of life, and mails that cannot be judged yet.

use super::{TO, channel, delivered, heartbeat, pair, post};
use crate::bank::{alert, signed};
use crate::dns::NameServer;
use crate::rules::dry_run;
use crate::stack::{A_WHILE, Stack};
use domain::Clock;
use domain::event::MailWatermark;
use jiff::SignedDuration;
use proto::mail::delivered::Answer;
use testkit::wait;

/// The last of so many watermarks: the relay puts them on the bus after the answer.
async fn watermark(stack: &Stack, count: usize) -> MailWatermark {
    wait::until(wait::PATIENCE, async || {
        let mut found = stack.watermarks().await;
        match found.len() == count {
            true => found.pop().ok_or_else(Vec::new),
            false => Err(found),
        }
    })
    .await
}

#[tokio::test]
async fn a_sign_of_life_moves_the_watermark_and_silence_is_blindness() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let now = || Clock::new().now();
    assert!(stack.mailbox(&channel.id).await.watermark.is_none());
    let before = now();
    assert_eq!(heartbeat(&stack, &channel.token).await, Answer::Taken);
    let first = watermark(&stack, 1).await;
    assert!((before..=now()).contains(&first.up_to), "{first:?}");
    assert_eq!(
        (first.source_id.to_string(), first.last_seq),
        (channel.id.clone(), 1)
    );
    // Nobody reads it: without a word the watermark stands still.
    stack.db.advance_clock(SignedDuration::from_mins(6)).await;
    wait::until(A_WHILE, async || {
        let listed = stack.mailbox(&channel.id).await;
        if listed.blind { Ok(()) } else { Err(listed) }
    })
    .await;
    assert_eq!(stack.watermarks().await.len(), 1);

    let raw = signed(&alert(TO, "125345678901"));
    post(&stack, &channel.token, &raw).await;
    let second = watermark(&stack, 2).await;
    assert!(second.up_to > before + SignedDuration::from_mins(6));
    assert_eq!(second.last_seq, 2);
    assert!(!stack.mailbox(&channel.id).await.blind);
}

#[tokio::test]
async fn no_watermark_passes_a_delivery_that_is_being_judged() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let channel = channel(&stack, "Forwarded").await;
    dns.mute(true);
    let raw = signed(&alert(TO, "126345678901"));
    let posting = delivered(&stack, &channel.token, &raw);
    let beating = async {
        // It has arrived once the first watermark falls behind the clock.
        let arrived = wait::until(A_WHILE, async || {
            let said = Clock::new().now();
            assert_eq!(heartbeat(&stack, &channel.token).await, Answer::Taken);
            let last = stack.watermarks().await.pop().unwrap();
            if last.up_to < said {
                Ok(last.up_to)
            } else {
                Err(last)
            }
        })
        .await;
        heartbeat(&stack, &channel.token).await;
        assert_eq!(stack.watermarks().await.pop().unwrap().up_to, arrived);
        dns.mute(false);
        arrived
    };
    let (answer, arrived) = futures_util::future::join(posting, beating).await;
    // The name server may have been asked for the last time while it was mute.
    if answer.answer() == Answer::TryLater {
        assert_eq!(post(&stack, &channel.token, &raw).await.0, "recorded");
    }
    let seen = stack.observed(1).await.remove(0);
    let all = stack.watermarks().await;
    let passed = all.iter().filter(|w| w.up_to > arrived);
    assert!(passed.clone().count() > 0);
    assert!(passed.clone().all(|w| w.last_seq >= seen.source_seq));
}

#[tokio::test]
async fn a_mail_whose_key_cannot_be_asked_for_is_wanted_again_and_decided_then() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let channel = channel(&stack, "Forwarded").await;
    let token = &channel.token;
    post(&stack, token, &signed(&alert(TO, "127345678901"))).await;
    dns.fail(true);
    let raw = signed(&alert(TO, "127345678902"));
    for _ in 0..2 {
        let answer = delivered(&stack, token, &raw).await;
        assert_eq!(answer.answer(), Answer::TryLater);
    }
    // By a key that was seen before: the watermark waits for it.
    heartbeat(&stack, token).await;
    let held = stack.watermarks().await.pop().unwrap().up_to;
    heartbeat(&stack, token).await;
    assert_eq!(stack.watermarks().await.pop().unwrap().up_to, held);
    dns.fail(false);
    assert_eq!(post(&stack, token, &raw).await, pair("recorded", ""));
    assert_eq!(stack.observed(2).await[1].reference, "127345678902");
    assert!(stack.watermarks().await.pop().unwrap().up_to > held);
    assert_eq!(stack.messages().await.len(), 2);
}

#[tokio::test]
async fn a_mail_without_a_verdict_is_kept_once() {
    let dns = NameServer::start().await;
    let stack = Stack::with(|v| {
        v.remove("NOXPAY_DNS_PINS");
        v.insert("NOXPAY_DNS_SERVERS", dns.address.to_string());
    })
    .await;
    let channel = channel(&stack, "Forwarded").await;
    let raw = signed(&alert(TO, "622345678901"));
    dns.fail(true);
    for _ in 0..2 {
        let answer = delivered(&stack, &channel.token, &raw).await;
        assert_eq!(answer.answer(), Answer::TryLater);
    }
    assert!(stack.messages().await[0].body_kept);
    dns.fail(false);
    assert_eq!(
        post(&stack, &channel.token, &raw).await,
        pair("recorded", "")
    );
    let logged = stack.messages().await;
    assert_eq!(logged.len(), 1);
    assert!(logged[0].body_kept);
    assert_eq!(dry_run(&stack).await.mails.len(), 1);
}
