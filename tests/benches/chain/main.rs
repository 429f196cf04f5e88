//! The whole chain under load: real processes, real servers, and every figure beside what the machine can do in the same
//! run. `scripts/bench` builds what it needs and starts the servers.

mod growth;
mod idle;
mod installation;
mod load;
mod mails;
mod payments;
mod pgbench;
mod processes;
mod report;
mod sink;
mod stages;
mod throughput;
mod webhooks;

use crate::installation::Installation;
use crate::report::{Report, step};
use e2e::Hook;
use std::time::Duration;

/// How much is measured.
struct Extent {
    /// For each of creates, reads and their limits.
    seconds: u64,
    single_payments: usize,
    full_mailbox: usize,
    /// Through the reader alone.
    mails: usize,
    traced: usize,
    sizes: &'static [u64],
    many_accounts: Option<u64>,
    webhooks: webhooks::Extent,
}

const FULL: Extent = Extent {
    seconds: 6,
    single_payments: 100,
    full_mailbox: 500,
    mails: 1_000_000,
    traced: 20,
    sizes: &[1_000, 100_000, 1_000_000],
    many_accounts: Some(100_000),
    webhooks: webhooks::Extent {
        drained: 50_000,
        accepted: 20_000,
        seconds: 6,
        backlog: 1_000_000,
    },
};

const QUICK: Extent = Extent {
    seconds: 2,
    single_payments: 20,
    full_mailbox: 100,
    mails: 50_000,
    traced: 5,
    sizes: &[1_000, 50_000],
    many_accounts: None,
    webhooks: webhooks::Extent {
        drained: 10_000,
        accepted: 5_000,
        seconds: 2,
        backlog: 100_000,
    },
};

/// How long a process is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(10);

/// Names that choose what is measured; all of it without one.
const PARTS: [&str; 8] = [
    "memory", "creates", "reads", "payments", "stages", "growth", "mails", "webhooks",
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|a| a == "--quick");
    let chosen: Vec<&String> = arguments
        .iter()
        .filter(|a| PARTS.contains(&a.as_str()))
        .collect();
    let wants = |part: &str| chosen.is_empty() || chosen.iter().any(|a| *a == part);
    let extent = if quick { QUICK } else { FULL };
    let mut report = Report::default();
    // First: this process is still small.
    if wants("mails") {
        mails::memory(&mut report, extent.mails).await;
    }
    if PARTS[..5].iter().any(|part| wants(part)) {
        installation(&extent, &wants, &mut report).await;
    }
    if wants("webhooks") {
        let mut installation = Installation::boot().await;
        webhooks::run(&mut installation, &mut report, &extent.webhooks).await;
    }
    if wants("growth") {
        growth::one_account(&mut report, extent.sizes).await;
        if let Some(size) = extent.many_accounts {
            growth::many_accounts(&mut report, size).await;
        }
    }
    report.print();
}

async fn installation(extent: &Extent, wants: &impl Fn(&str) -> bool, report: &mut Report) {
    step("starting an installation");
    let mut installation = Installation::boot().await;
    if wants("memory") {
        memory(report).await;
    }
    let hook = Hook::listen().await;
    installation
        .stack
        .add_hook(&hook.url(), &["payment.success"])
        .await;
    if wants("payments") {
        payments::one_by_one(&installation, &hook, report, extent.single_payments).await;
    }
    if wants("creates") {
        throughput::creates(&installation, report, extent.seconds).await;
    }
    if wants("reads") {
        throughput::reads(&installation, report, extent.seconds).await;
    }
    if wants("payments") {
        payments::full_mailbox(&installation, &hook, report, extent.full_mailbox).await;
    }
    if wants("stages") {
        stages::run(&mut installation, &hook, report, extent.traced).await;
    }
}

async fn memory(report: &mut Report) {
    step("memory after ten idle seconds");
    tokio::time::sleep(IDLE).await;
    report.heading("Memory of an idle process");
    for process in processes::memory() {
        let detail = format!(
            "PSS {:.1}, of which {:.1} no file; {} threads (aim RSS ≤ 25 MiB)",
            process.pss, process.anonymous, process.threads
        );
        report.add(process.service, format!("{:.1} MiB", process.rss), detail);
    }
}
