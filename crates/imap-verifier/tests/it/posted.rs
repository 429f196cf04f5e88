//! Raw mail by HTTP, from where the gateway hands it on.

use crate::bank::{self, alert, letter, signed};
use crate::dns::NameServer;
use crate::rules::{credit, dry_run, fields};
use crate::stack::{A_WHILE, Stack};
use crate::{results, sql};
use alerts::compose::demo_bank::{self, DemoAlert};
use domain::event::MailWatermark;
use domain::{Clock, ErrorCode};
use jiff::SignedDuration;
use proto::mail::delivered::Answer;
use proto::{Fault, mail};
use runtime::internal::CallContext;
use testkit::wait;
use uuid::Uuid;

const TO: &str = "alerts@shop.test";

fn public<T>(message: T) -> tonic::Request<T> {
    let context = CallContext {
        merchant: None,
        live: None,
        actor: "public".to_owned(),
        request_id: "test".to_owned(),
    };
    context.request(message)
}

struct Channel {
    id: String,
    token: String,
    account: Uuid,
}

/// A source that pushes raw mail, with an account bound to it.
async fn channel(stack: &Stack, name: &str) -> Channel {
    let request = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Http.into(),
        name: name.to_owned(),
        scheme: mail::SignatureScheme::Unspecified.into(),
    };
    let made = stack.client().add_push_source(stack.call(request)).await;
    let made = made.unwrap().into_inner();
    let id = made.mailbox.unwrap().id;
    let account = stack.bind(&id, "EXAMPLEBANK", bank::TAIL, TO).await;
    Channel {
        id,
        token: made.token,
        account,
    }
}

async fn delivered(stack: &Stack, token: &str, raw: &[u8]) -> mail::Delivered {
    let request = mail::TakeMailRequest {
        token: token.to_owned(),
        raw: raw.to_vec(),
    };
    let answer = stack.client().take_mail(public(request)).await;
    answer.unwrap().into_inner()
}

/// Verdict and reason of one mail.
async fn post(stack: &Stack, token: &str, raw: &[u8]) -> (String, String) {
    let answer = delivered(stack, token, raw).await;
    assert_eq!(answer.answer(), Answer::Taken);
    let [verdict] = answer.verdicts.as_slice() else {
        panic!("{answer:?}");
    };
    (verdict.verdict.clone(), verdict.reason.clone())
}

async fn heartbeat(stack: &Stack, token: &str) -> Answer {
    let request = mail::HeartbeatRequest {
        token: token.to_owned(),
    };
    let answer = stack.client().heartbeat(public(request)).await;
    answer.unwrap().into_inner().answer()
}

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

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

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
async fn only_the_newest_token_of_a_source_that_may_push_opens_it() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let raw = signed(&alert(TO, "124345678901"));
    let answer = async |token: &str| delivered(&stack, token, &raw).await.answer();
    for wrong in ["", "x", &channel.id, &"a".repeat(5_000)] {
        assert_eq!(answer(wrong).await, Answer::BadCredential);
        assert_eq!(heartbeat(&stack, wrong).await, Answer::BadCredential);
    }
    let rotate = mail::RotateTokenRequest {
        mailbox_id: channel.id.clone(),
    };
    let strangers = stack.call_as(Uuid::now_v7(), rotate.clone());
    let fault = Fault::from(stack.client().rotate_token(strangers).await.unwrap_err());
    assert_eq!(fault.code, ErrorCode::NotFound);
    let rotated = stack.client().rotate_token(stack.call(rotate)).await;
    let token = rotated.unwrap().into_inner().token;
    assert_eq!(answer(&channel.token).await, Answer::BadCredential);

    stack
        .set_state(&channel.id, mail::MailboxState::Paused)
        .await;
    assert_eq!(answer(&token).await, Answer::Paused);
    assert_eq!(heartbeat(&stack, &token).await, Answer::Paused);
    stack
        .set_state(&channel.id, mail::MailboxState::Active)
        .await;
    assert_eq!(answer(&token).await, Answer::Taken);
    stack
        .set_state(&channel.id, mail::MailboxState::Removed)
        .await;
    assert_eq!(answer(&token).await, Answer::BadCredential);
    let counting: Vec<bool> = stack
        .source_changes()
        .await
        .iter()
        .map(|c| c.counting)
        .collect();
    assert_eq!(counting, [true, false, true, false]);
    // Its name is free again.
    self::channel(&stack, "Forwarded").await;
}

#[tokio::test]
async fn a_name_is_given_once_and_a_mailbox_that_is_read_has_no_token() {
    let stack = Stack::start().await;
    channel(&stack, "Forwarded").await;
    let again = mail::AddPushSourceRequest {
        kind: mail::SourceKind::Phone.into(),
        name: "Forwarded".to_owned(),
        scheme: mail::SignatureScheme::Unspecified.into(),
    };
    let again = stack.client().add_push_source(stack.call(again)).await;
    assert_eq!(Fault::from(again.unwrap_err()).code, ErrorCode::Conflict);
    let mailbox = testkit::TestMailbox::new().await;
    let mailbox_id = stack.add(crate::stack::added(&mailbox)).await;
    let rotate = stack.call(mail::RotateTokenRequest { mailbox_id });
    let refused = stack.client().rotate_token(rotate).await;
    assert_eq!(
        Fault::from(refused.unwrap_err()).code,
        ErrorCode::WrongState
    );
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

#[tokio::test]
async fn posted_mails_are_kept_and_read_by_the_merchants_rules() {
    let stack = Stack::start().await;
    let channel = channel(&stack, "Forwarded").await;
    let first = letter(TO, &credit("612345678901"));
    assert_eq!(post(&stack, &channel.token, &first).await.0, "unparsed");
    let logged = stack.messages().await.remove(0);
    assert!(logged.body_kept);
    assert_eq!(logged.channel, "http");
    // The same mail again is kept once.
    assert_eq!(
        post(&stack, &channel.token, &first).await,
        pair("duplicate", "")
    );
    let run = dry_run(&stack).await;
    let [checked] = run.mails.as_slice() else {
        panic!("{run:?}")
    };
    assert!(checked.sure);
    assert_eq!(checked.message.as_ref().unwrap().channel, "http");

    stack.save(fields(), "").await;
    let second = letter(TO, &credit("612345678902"));
    assert_eq!(
        post(&stack, &channel.token, &second).await,
        pair("recorded", "")
    );
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "612345678902");
    assert_eq!(seen.account_id.uuid(), channel.account);
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

#[tokio::test]
async fn nobody_vouches_for_a_posted_mail() {
    let stack = results::listed().await;
    let channel = channel(&stack, "Forwarded").await;
    let refused = results::trust(&stack, &channel.id, true).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    // Not even if somebody with rights on the table says so.
    let trusting = "UPDATE mail.mailboxes SET trusts_results = true";
    sql::run(&stack.db, trusting).await;
    let header = [("Authentication-Results", results::good())];
    let header = header.each_ref().map(|(n, v)| (*n, v.as_str()));
    let forged = results::unsigned(&header, TO, "632345678901");
    assert_eq!(
        post(&stack, &channel.token, &forged).await,
        pair("refused", "unsigned")
    );
}
