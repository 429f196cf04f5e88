//! How many requests a second, at 32 clients, beside what PostgreSQL alone does with the same statements.

use crate::installation::{Installation, create, read};
use crate::load::{self, Load};
use crate::pgbench::{Pgbench, Until};
use crate::processes::Cpu;
use crate::report::{Report, count, step};
use e2e::fill::Past;
use std::time::Duration;

pub(crate) const CLIENTS: usize = 32;
/// Ours and PostgreSQL's in turn: on a machine that others use too, neighbours in time are compared.
const ROUNDS: usize = 4;

/// What the two are measured by.
struct Comparison<'a> {
    script: &'a str,
    role: &'a str,
    seconds: u64,
}

impl Comparison<'_> {
    /// Requests per second, PostgreSQL's transactions per second, and the last load.
    async fn run<R>(
        &self,
        installation: &Installation,
        request: impl Fn(usize) -> R,
    ) -> (f64, f64, Load)
    where
        R: Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
    {
        let (mut ours, mut limit, mut last) = (0.0, 0.0, None);
        let time = Duration::from_secs(self.seconds);
        for round in 0..ROUNDS {
            let load = load::run(installation.address(), CLIENTS, time, request(round));
            ours += load.per_second;
            last = Some(load);
            installation.drain().await;
            installation.pause();
            let account = installation.stack.account_id.clone();
            let bench = Pgbench {
                script: self.script,
                role: self.role,
                account: &account,
                envelope: &Installation::envelope(),
                clients: CLIENTS,
                round,
            };
            limit += bench.run(&installation.stack.db, Until::Seconds(self.seconds));
            installation.resume().await;
        }
        let load = last.expect("a round");
        (ours / count(ROUNDS), limit / count(ROUNDS), load)
    }
}

/// Creates, and who is busy with them.
pub(crate) async fn creates(installation: &Installation, report: &mut Report, seconds: u64) {
    step("creates at 32 clients, and pgbench with the same inserts");
    let warm = Duration::from_secs(2);
    load::run(installation.address(), CLIENTS, warm, create("WARM"));
    installation.drain().await;
    // As autovacuum does within a minute: plans for empty tables are poor ones.
    installation.sql.run("ANALYZE").await;
    let comparison = Comparison {
        script: include_str!("sql/create.sql"),
        role: "intents_request",
        seconds,
    };
    let (ours, limit, load) = comparison
        .run(installation, |round| create(&format!("LOAD-{round}")))
        .await;
    report.heading("Creates, 32 clients");
    report.ratio("creates", ours, ("pgbench", limit), Some(0.35));
    report.note(
        "  p50 / p99",
        format!("{:.1} / {:.1} ms", load.p50, load.p99),
    );

    step("who is busy at that rate");
    let begun = Cpu::now();
    load::run(
        installation.address(),
        CLIENTS,
        Duration::from_secs(seconds),
        create("BUSY"),
    );
    busy(report, &begun);
    let behind = installation.drain().await.as_secs_f64();
    report.note(
        "  until their events are worked off",
        format!("{behind:.1} s more"),
    );
}

/// Reads of a state, and who is busy with them.
pub(crate) async fn reads(installation: &Installation, report: &mut Report, seconds: u64) {
    step("status reads at 32 clients, and pgbench with the same reads");
    let account = installation.stack.account_id.clone();
    installation
        .sql
        .fill(Past::OneAccount(&account), 0, 1000)
        .await;
    let ids = installation.unpaid(900).await;
    let comparison = Comparison {
        script: include_str!("sql/read.sql"),
        role: "intents_request",
        seconds,
    };
    let (ours, limit, load) = comparison.run(installation, |_| read(ids.clone())).await;
    report.heading("Status reads, 32 clients");
    report.ratio("reads", ours, ("pgbench", limit), Some(0.35));
    report.note(
        "  p50 / p99",
        format!("{:.1} / {:.1} ms", load.p50, load.p99),
    );
    let begun = Cpu::now();
    load::run(
        installation.address(),
        CLIENTS,
        Duration::from_secs(seconds),
        read(ids),
    );
    busy(report, &begun);
}

fn busy(report: &mut Report, begun: &Cpu) {
    for (part, cores) in begun.shares() {
        if cores >= 0.01 {
            report.note(&format!("  {part}"), format!("{cores:.2} cores"));
        }
    }
}
