//! From the mailbox to the merchant: how soon one payment is told, and how many a second.

use crate::idle::Notices;
use crate::installation::Installation;
use crate::pgbench::{Pgbench, Until};
use crate::processes::Cpu;
use crate::report::{Report, count, quantile, step};
use alerts::{Mail, PinnedDns, Rules, authenticate};
use e2e::Hook;
use e2e::answers::{code_of, money};
use std::time::{Duration, Instant};
use testkit::wait::until;

/// Of every alert of a full mailbox.
const PATIENCE: Duration = Duration::from_secs(240);

/// Single payments, one after the other.
pub(crate) async fn one_by_one(
    installation: &Installation,
    hook: &Hook,
    report: &mut Report,
    payments: usize,
) {
    step(&format!("{payments} payments one after the other"));
    let stack = &installation.stack;
    let notices = Notices::listen(&stack.mailbox);
    let (mut before, mut after, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..payments {
        let order = format!("ONE-{n}");
        let created = stack.create(&order, &format!("{}.00", 300 + n)).await;
        notices.clear();
        let (amount, code) = (money(&created["payable_amount"]), code_of(&created));
        stack.pay(amount, Some(&code)).await;
        let delivered = Instant::now();
        let noticed = tokio::task::block_in_place(|| notices.next());
        let told = hook.wait_for("payment.success", &order).await.at;
        before.push(millis(noticed.saturating_duration_since(delivered)));
        after.push(millis(told.saturating_duration_since(noticed)));
        whole.push(millis(told.saturating_duration_since(delivered)));
    }
    report.heading(&format!("One payment at a time, {payments} of them"));
    for (name, times, aim) in [
        (
            "LMTP delivery → IDLE notice (the mail server's)",
            before,
            "",
        ),
        (
            "IDLE notice → webhook, p50 / p99",
            after,
            "(aim p99 ≤ 50 ms)",
        ),
        ("LMTP delivery → webhook, p50 / p99", whole, ""),
    ] {
        let mut times = times;
        times.sort_by(f64::total_cmp);
        let [p50, p99] = [0.5, 0.99].map(|share| quantile(&times, share));
        report.add(name, format!("{p50:.1} / {p99:.1} ms"), aim.to_owned());
    }
}

/// A mailbox that filled up while nobody read it.
pub(crate) async fn full_mailbox(
    installation: &Installation,
    hook: &Hook,
    report: &mut Report,
    payments: usize,
) {
    step(&format!("{payments} alerts wait in the mailbox"));
    let stack = &installation.stack;
    stack.service("imap-verifier").kill();
    for n in 0..payments {
        let created = stack
            .create(&format!("FULL-{n}"), &format!("{}.00", 5_000 + n))
            .await;
        let (amount, code) = (money(&created["payable_amount"]), code_of(&created));
        stack.pay(amount, Some(&code)).await;
    }
    installation.drain().await;
    let before = hook.count();
    let stack = &installation.stack;
    stack.start("imap-verifier");
    // From the first webhook on: how long the process takes to start and to take the mailbox over is another figure.
    let told = async |least: usize| {
        until(PATIENCE, async || match hook.count() - before {
            told if told >= least => Ok(()),
            told => Err(told),
        })
        .await;
    };
    told(1).await;
    let cpu = Cpu::now();
    told(payments).await;
    let shares = cpu.shares();
    let times: Vec<Instant> = hook.told()[before..].iter().map(|told| told.at).collect();
    let (first, last) = (times.iter().min(), times.iter().max());
    let seconds = match (first, last) {
        (Some(first), Some(last)) => (*last - *first).as_secs_f64(),
        _ => f64::NAN,
    };
    let rate = count(payments - 1) / seconds;
    installation.drain().await;
    let account = installation.stack.account_id.clone();
    installation.pause();
    let envelope = Installation::envelope();
    let alone = |script, role| {
        let bench = Pgbench {
            script,
            role,
            account: &account,
            envelope: &envelope,
            clients: 8,
            round: 9,
        };
        bench.run(&installation.stack.db, Until::Transactions(100))
    };
    alone(include_str!("sql/create.sql"), "intents_request");
    let limit = alone(include_str!("sql/settle.sql"), "intents_worker");
    installation.resume().await;
    report.heading(&format!("A full mailbox, {payments} alerts"));
    report.ratio("settled and told", rate, ("pgbench settling,", limit), None);
    report.ratio(
        "the same",
        rate,
        ("one core verifying alerts,", verified(installation).await),
        None,
    );
    for (part, cores) in shares.into_iter().filter(|(_, cores)| *cores >= 0.01) {
        report.note(&format!("  {part}"), format!("{cores:.2} cores"));
    }
}

/// How many alerts one core parses, verifies and reads in a second.
async fn verified(installation: &Installation) -> f64 {
    let stack = &installation.stack;
    let payment = stack
        .bank
        .payment(domain::Money::inr(49_900), Some("K7M3Q9ABCD"), stack.now());
    let raw = stack.bank.alert(&payment, stack.mailbox.address());
    let (rules, mut dns) = (Rules::with_demo_bank(), PinnedDns::default());
    let [name, record] = e2e::Bank::key_record();
    dns.insert(&name, &record);
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(1) {
        let mail = Mail::parse(&raw).expect("a mail");
        let verdict = authenticate(&mail, &rules, &dns, stack.now()).await;
        assert!(
            matches!(verdict, alerts::Authenticity::Verified { .. }),
            "{verdict:?}"
        );
        std::hint::black_box(rules.read(&mail));
        done += 1;
    }
    count(done) / begun.elapsed().as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
