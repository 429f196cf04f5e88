//! Many mailboxes and three replicas: each reads its share, and what a dead one read is read by the others.
#![cfg(test)]

use e2e::answers::{code_of, money};
use e2e::{Hook, Stack};
use std::time::{Duration, Instant};
use testkit::TestMailbox;
use testkit::wait::until;

/// `NOXPAY_TRIAL_MAILBOXES` says another number.
const MAILBOXES: usize = 30;
/// Three times what it may take until a dead replica's mailboxes are read again.
const PATIENCE: Duration = Duration::from_secs(90);
const READERS: [&str; 3] = ["imap-verifier", "imap-verifier-2", "imap-verifier-3"];

#[expect(
    clippy::disallowed_methods,
    reason = "a larger trial is asked for by hand; tests have no settings"
)]
fn mailboxes() -> usize {
    let given = std::env::var("NOXPAY_TRIAL_MAILBOXES").ok();
    given.and_then(|n| n.parse().ok()).unwrap_or(MAILBOXES)
}

/// Waits until these replicas read so many mailboxes, each within one of the others. What each reads.
async fn evenly_read(stack: &Stack, readers: &[&str], mailboxes: f64) -> Vec<f64> {
    until(PATIENCE, async || {
        let mut read = Vec::new();
        for name in readers {
            let metric = stack.metric(name, "noxpay_mailboxes_read").await;
            read.push(metric.map_err(|e| e.to_string())?);
        }
        let (least, most) = (
            read.iter().copied().fold(f64::INFINITY, f64::min),
            read.iter().copied().fold(0.0, f64::max),
        );
        // Counts of mailboxes are whole numbers.
        let whole = (read.iter().sum::<f64>() - mailboxes).abs() < 0.5;
        if whole && most - least < 1.5 {
            Ok(read)
        } else {
            Err(format!("{read:?} of {mailboxes}"))
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_replicas_share_the_mailboxes_evenly_and_take_over_a_dead_ones() {
    // As in production.
    let lease = [
        ("NOXPAY_LEASE_TTL_MS", "15000"),
        ("NOXPAY_WATERMARK_MS", "15000"),
    ];
    let mut stack = Stack::boot_with(&lease).await;
    let hook = Hook::listen().await;
    stack.add_hook(&hook.url(), &["payment.success"]).await;
    // One is the shop's own.
    let count = mailboxes();
    for mailbox in TestMailbox::many(count - 1).await {
        stack.add_mailbox(&mailbox).await;
    }
    let total = f64::from(u32::try_from(count).expect("a count"));
    let begun = Instant::now();
    evenly_read(&stack, &READERS[..1], total).await;
    println!("one reads all {count} after {:.1?}", begun.elapsed());

    let begun = Instant::now();
    for name in &READERS[1..] {
        stack.add_replica("imap-verifier", name).await;
    }
    let shares = evenly_read(&stack, &READERS, total).await;
    println!("shared as {shares:?} after {:.1?}", begun.elapsed());

    let begun = Instant::now();
    stack.service(READERS[2]).kill();
    let shares = evenly_read(&stack, &READERS[..2], total).await;
    println!("taken over as {shares:?} after {:.1?}", begun.elapsed());

    let created = stack.create("STILL-READ", "499.00").await;
    let amount = money(&created["payable_amount"]);
    stack.pay(amount, Some(&code_of(&created))).await;
    hook.wait_for("payment.success", "STILL-READ").await;
}
