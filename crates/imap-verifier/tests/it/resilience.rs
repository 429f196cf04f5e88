use crate::bank::{self, alert, signed};
use crate::stack::{Stack, added};
use domain::event::Producer;
use proto::mail;
use runtime::shutdown::Ending;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use testkit::{ChaosProxy, TestBroker, TestMailbox, env, wait};

#[tokio::test]
async fn a_connection_cut_while_it_fetches_loses_and_doubles_nothing() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let count: usize = 40;
    for n in 0..count {
        mailbox
            .deliver(&signed(&alert(
                mailbox.address(),
                &format!("7123456789{n:02}"),
            )))
            .await;
    }
    let request = mail::AddMailboxRequest {
        port: proxy.address().port().into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    proxy.set_latency(Duration::from_millis(3));
    // Each time a little further on.
    for reached in [3, 11, 25] {
        wait::until(wait::PATIENCE, async || {
            let read = stack.messages().await.len();
            if read >= reached { Ok(()) } else { Err(read) }
        })
        .await;
        proxy.cut();
    }
    assert_eq!(stack.verdicts(count).await.len(), count);
    stack.caught_up(&id).await;
    let messages = stack.messages().await;
    assert_eq!(messages.len(), count);
    let recorded = messages.iter().filter(|m| m.verdict == "recorded").count();
    let seen = stack.observed(recorded).await;
    let references: BTreeSet<_> = seen.iter().map(|o| o.reference.clone()).collect();
    assert_eq!(references.len(), recorded);
    let first = seen[0].source_seq;
    let sequence: Vec<_> = seen.iter().map(|o| o.source_seq).collect();
    let gapless: Vec<_> = (0..).map(|n| first + n).take(sequence.len()).collect();
    assert_eq!(sequence, gapless);
}

/// Every connection breaks after a random number of bytes, within an answer or between two.
#[tokio::test]
async fn connections_that_break_anywhere_lose_and_double_nothing() {
    const MAILS: usize = 60;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let alerts: Vec<_> = (0..MAILS)
        .map(|n| signed(&alert(mailbox.address(), &format!("7523456789{n:02}"))))
        .collect();
    mailbox.deliver_all(alerts).await;
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    proxy.cut_each_after(move || chance.u64(15_000..60_000));
    let request = mail::AddMailboxRequest {
        port: proxy.address().port().into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    assert_eq!(stack.verdicts(MAILS).await.len(), MAILS);
    // Those read before the account was bound prove nothing.
    let messages = stack.messages().await;
    let recorded = messages.iter().filter(|m| m.verdict == "recorded").count();
    let seen = stack.observed(recorded).await;
    let references: BTreeSet<_> = seen.iter().map(|o| o.reference.clone()).collect();
    assert_eq!(references.len(), recorded);
    assert!(
        seen.windows(2)
            .all(|pair| pair[0].source_seq + 1 == pair[1].source_seq)
    );
}

#[tokio::test]
async fn a_connection_whose_other_end_vanished_is_noticed_within_a_minute() {
    // Nothing but the end of the IDLE tells: no watermark is due.
    let stack = Stack::with(|v| {
        v.insert("NOXPAY_WATERMARK_MS", "600000".to_owned());
        v.insert("NOXPAY_IMAP_IDLE_S", "2".to_owned());
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let request = mail::AddMailboxRequest {
        port: proxy.address().port().into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    wait::until(wait::PATIENCE, async || {
        let watermark = stack.mailbox(&id).await.watermark;
        watermark.map(drop).ok_or("not read yet")
    })
    .await;
    let begun = Instant::now();
    proxy.pause();
    wait::until(wait::PATIENCE, async || {
        let found = stack.mailbox(&id).await;
        if found.last_error.is_empty() {
            Err("no error yet")
        } else {
            Ok(())
        }
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(45));
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "722345678901")))
        .await;
    proxy.cut();
    proxy.heal();
    stack.observed(1).await;
}

#[tokio::test]
async fn it_drains_promptly_while_every_mailbox_idles() {
    let stack = Stack::with(|v| drop(v.insert("NOXPAY_WATERMARK_MS", "60000".to_owned()))).await;
    for _ in 0..3 {
        let watched = stack.watch(&TestMailbox::new().await).await;
        wait::until(wait::PATIENCE, async || {
            if stack.mailbox(&watched.id).await.watermark.is_some() {
                Ok(())
            } else {
                Err(())
            }
        })
        .await;
    }
    let begun = Instant::now();
    stack.shutdown.begin();
    assert_eq!(
        stack.shutdown.finished(Duration::from_secs(20)).await,
        Ending::Drained
    );
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn while_the_broker_is_away_observations_wait_in_the_outbox() {
    let proxy = ChaosProxy::start(TestBroker::server()).await;
    let address = proxy.address();
    let stack = Stack::with_servers(|_, broker, v| {
        v.insert(
            "NOXPAY_BROKER_URL",
            broker.url_via(Producer::ImapVerifier, address),
        );
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    proxy.stop();
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "732345678901")))
        .await;
    assert_eq!(stack.verdicts(1).await[0].0, "recorded");
    proxy.heal();
    stack.observed(1).await;
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_lost() {
    let proxy = ChaosProxy::start(format!("{}:{}", env::pg_host(), env::pg_port())).await;
    let address = proxy.address();
    let stack = Stack::with_servers(|db, _, v| {
        v.insert(
            "NOXPAY_DATABASE_REQUEST_URL",
            db.url_via("mail_request", address),
        );
        v.insert(
            "NOXPAY_DATABASE_WORKER_URL",
            db.url_via("mail_worker", address),
        );
    })
    .await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.caught_up(&watched.id).await;
    proxy.stop();
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "742345678901")))
        .await;
    let request = stack.call(mail::ListMailboxesRequest {});
    let away = stack.client().list_mailboxes(request).await.unwrap_err();
    assert_eq!(away.code(), tonic::Code::Unavailable);
    proxy.heal();
    stack.observed(1).await;
}
