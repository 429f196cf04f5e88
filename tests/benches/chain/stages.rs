//! Where one payment's milliseconds go, from its own trace.

use crate::installation::Installation;
use crate::report::{Report, quantile, step};
use e2e::Hook;
use e2e::answers::{code_of, money};
use e2e::otlp::{Collector, Span};
use e2e::process::SERVICES;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::wait::until;

/// The exporters send every five seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A step of a payment: who, what, and when it began and ended after the first one, in milliseconds.
type Stage = (String, f64, f64);

/// Pays some intents with every service traced, and prints the median payment.
pub(crate) async fn run(
    installation: &mut Installation,
    hook: &Hook,
    report: &mut Report,
    payments: usize,
) {
    step(&format!("{payments} payments, traced"));
    let collector = Collector::listen().await;
    for service in SERVICES {
        installation.stack.service(service).kill();
        let endpoint = collector.endpoint();
        installation
            .stack
            .set(service, "NOXPAY_OTLP_ENDPOINT", &endpoint);
        installation.stack.set(service, "NOXPAY_TRACE_RATIO", "1");
        installation.stack.start(service);
    }
    installation.stack.all_ready().await;
    let stack = &installation.stack;
    for n in 0..payments {
        let order = format!("TRACED-{n}");
        let created = stack.create(&order, &format!("{}.00", 200 + n)).await;
        let (amount, code) = (money(&created["payable_amount"]), code_of(&created));
        stack.pay(amount, Some(&code)).await;
        hook.wait_for("payment.success", &order).await;
    }
    let traces = until(PATIENCE, async || {
        let traces = traces(&collector.spans());
        if traces.len() >= payments {
            Ok(traces)
        } else {
            Err(traces.len())
        }
    })
    .await;
    print(report, &traces);
}

/// The traces of payments that were told, by their steps.
fn traces(spans: &[Span]) -> Vec<Vec<Stage>> {
    let mut traces: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    for span in spans {
        traces.entry(&span.trace).or_default().push(span);
    }
    let payment = |spans: &Vec<&Span>| {
        ["mail.read", "webhook.send"]
            .iter()
            .all(|name| spans.iter().any(|s| s.name == *name))
    };
    traces
        .into_values()
        .filter(payment)
        .map(|spans| stages(&spans))
        .collect()
}

fn stages(spans: &[&Span]) -> Vec<Stage> {
    let begun = spans.iter().map(|s| s.time.0).min().unwrap_or_default();
    let millis = |at: u64| Duration::from_nanos(at.saturating_sub(begun)).as_secs_f64() * 1e3;
    let stage = |s: &&Span| {
        (
            format!("{} {}", s.service, s.name),
            millis(s.time.0),
            millis(s.time.1),
        )
    };
    spans.iter().map(stage).collect()
}

fn print(report: &mut Report, traces: &[Vec<Stage>]) {
    let mut times: BTreeMap<&str, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for (name, from, to) in traces.iter().flatten() {
        let (begins, lengths) = times.entry(name).or_default();
        begins.push(*from);
        lengths.push(to - from);
    }
    let mut stages: Vec<(&str, f64, f64)> = times
        .into_iter()
        .map(|(name, (begins, lengths))| (name, median(begins), median(lengths)))
        .collect();
    stages.sort_by(|a, b| a.1.total_cmp(&b.1));
    report.heading("Where one payment's milliseconds go (medians; begun after the alert was read)");
    for (name, begun, length) in stages {
        report.add(
            name,
            format!("{length:.2} ms"),
            format!("from {begun:.2} ms"),
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}
