//! What strangers and lying servers can cost.

use crate::bank::{self, alert, signed};
use crate::fake_imap::FakeImap;
use crate::stack::{Stack, added};
use alerts::compose::demo_bank;
use proto::mail;
use std::sync::atomic::Ordering;
use testkit::{ChaosProxy, TestMailbox, wait};

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn ten_thousand_strangers_mails_do_not_delay_a_bank_alert() {
    const STRANGERS: u64 = 10_000;
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let hello = |n: u64, padding: usize| {
        let body = "How are you? I am fine.\r\n".repeat(padding);
        let to = mailbox.address();
        format!(
            "From: Friend <friend{n}@example.org>\r\nTo: <{to}>\r\nSubject: hello\r\n\r\n{body}"
        )
    };
    mailbox.deliver(hello(0, 1).as_bytes()).await;
    mailbox.store((1..STRANGERS).map(|n| hello(n, 160)));
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "572345678901")))
        .await;
    let proxy = ChaosProxy::start(TestMailbox::server()).await;
    let request = mail::AddMailboxRequest {
        port: proxy.address().port().into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    stack
        .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
        .await;
    assert_eq!(stack.observed(1).await[0].reference, "572345678901");
    // None of their 40 MB was fetched: size, date and sender of each is all that they cost.
    let each = proxy.answered() / STRANGERS;
    assert!(each < 400, "{each} bytes for each of them");
    assert_eq!(stack.messages().await.len(), 1);
}

/// The most memory that this process ever used, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

#[tokio::test]
async fn a_4_gb_literal_costs_2_mib() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let fake = FakeImap::start(demo_bank::SENDER);
    let before = peak();
    let request = mail::AddMailboxRequest {
        port: fake.port.into(),
        ..added(&mailbox)
    };
    let id = stack.add(request).await;
    wait::until(wait::PATIENCE, async || {
        let asked = fake.asked.load(Ordering::SeqCst);
        match stack.mailbox(&id).await.last_error.as_str() {
            "connection" if asked >= 3 => Ok(()),
            other => Err((other.to_owned(), asked)),
        }
    })
    .await;
    // Beside what was taken, the kernel's buffers hold some.
    let each = fake.sent.load(Ordering::SeqCst) / fake.asked.load(Ordering::SeqCst);
    assert!(each < 12 * MIB, "{each} bytes were taken each time");
    let more = peak() - before;
    assert!(more < 24 * MIB, "{more} bytes more than before");
}
