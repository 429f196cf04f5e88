//! The dispatcher alone: how fast it tells, beside what `wrk` posts to the same listener in the same run.

mod hanging;

use crate::installation::Installation;
use crate::processes::{Cpu, memory};
use crate::report::{Report, count, quantile, step};
use crate::sink::Sink;
use domain::event::{Envelope, Event};
use domain::ids::{EventId, IntentId};
use e2e::answers::MERCHANT;
use std::collections::HashMap;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::wait::until;

const DISPATCHER: &str = "webhook-dispatcher";
const PATIENCE: Duration = Duration::from_secs(600);
/// Requests that `wrk` keeps under way: as many as the dispatcher to one endpoint.
const CONNECTIONS: &str = "32";

/// How much is told.
pub(crate) struct Extent {
    pub(crate) drained: u64,
    pub(crate) accepted: usize,
    pub(crate) seconds: u64,
    /// Deliveries of the long backlog.
    pub(crate) backlog: u64,
}

pub(crate) async fn run(installation: &mut Installation, report: &mut Report, extent: &Extent) {
    report.heading("Webhooks");
    let sink = Sink::listen();
    let endpoint = add(installation, &sink.url(), &["payment.pending"]).await;
    let posted = wrk(&sink, extent.seconds);

    step("draining a backlog to one endpoint");
    stop(installation).await;
    fill(installation, &endpoint, 0, extent.drained).await;
    let drained = drain(installation, &sink, extent.drained).await;
    report.ratio("drain a backlog", drained, ("wrk", posted), None);

    step("accepting and delivering");
    accept(installation, &sink, extent.accepted / 10).await;
    let cpu = Cpu::now();
    let accepted = accept(installation, &sink, extent.accepted).await;
    report.ratio(
        "accept and deliver, end to end",
        accepted,
        ("wrk", posted),
        None,
    );
    for (part, cores) in cpu.shares().into_iter().take(5) {
        report.note(&format!("  {part}"), format!("{cores:.2} cores"));
    }

    step("200 events a second");
    let quiet = latency(installation, &sink, extent.seconds * 3).await;
    report.add(
        "event → arrival at 200/s, p50 / p99",
        spread(&quiet),
        "aim p99 ≤ 30 ms".to_owned(),
    );

    remove(installation, &endpoint).await;
    hanging::run(installation, report, extent.seconds * 2).await;
    backlog(installation, report, extent.backlog).await;
}

/// `wrk` with the body of a real event.
fn wrk(sink: &Sink, seconds: u64) -> f64 {
    step("wrk posts the same body to the same listener");
    let body = body();
    let path = std::env::temp_dir().join(format!("noxpay-wrk-{}.lua", std::process::id()));
    let mut script = std::fs::File::create(&path).expect("a file");
    writeln!(
        script,
        "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [==[{body}]==]"
    )
    .expect("a script");
    let ran = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d", &format!("{seconds}s"), "-s"])
        .arg(&path)
        .arg(sink.url())
        .output()
        .expect("wrk: scripts/install bench");
    let _ = std::fs::remove_file(&path);
    let said = String::from_utf8_lossy(&ran.stdout);
    let rate = said
        .lines()
        .find_map(|l| l.trim().strip_prefix("Requests/sec:"));
    sink.forget();
    rate.and_then(|r| r.trim().parse().ok())
        .unwrap_or_else(|| panic!("wrk said {said}"))
}

async fn add(installation: &Installation, url: &str, types: &[&str]) -> String {
    installation.stack.add_endpoint(url, types).await
}

async fn remove(installation: &Installation, endpoint: &str) {
    let path = format!("/api/v1/webhook-endpoints/{endpoint}");
    installation.stack.merchant.delete(&path).await.ok();
}

async fn stop(installation: &Installation) {
    installation.stack.service(DISPATCHER).terminate();
    until(PATIENCE, async || {
        installation
            .stack
            .service(DISPATCHER)
            .try_wait()
            .ok_or("running")
    })
    .await;
}

/// Events `from + 1` to `to`, each of an intent of its own, waiting for the endpoint: as the dispatcher would have stored them.
async fn fill(installation: &Installation, endpoint: &str, from: u64, to: u64) {
    let body = body().replace('\'', "''");
    installation
        .sql
        .run(&format!(
            "INSERT INTO webhooks.events (id, merchant_id, live, bus_event_id, event_type, object_id, sequence, body, trace, occurred_at)
             SELECT md5('event' || n)::uuid, '{MERCHANT}', false, md5('bus' || n)::uuid, 'payment.pending', md5('intent' || n)::uuid,
                    1, '{body}', '{{}}', now() FROM generate_series({from} + 1, {to}) n ON CONFLICT DO NOTHING;
             INSERT INTO webhooks.deliveries (id, merchant_id, live, event_id, endpoint_id, object_id, sequence, created_at,
                    next_attempt_at, blocks_until)
             SELECT gen_random_uuid(), '{MERCHANT}', false, md5('event' || n)::uuid, '{endpoint}', md5('intent' || n)::uuid, 1,
                    now(), noxpay.noxpay_now(), noxpay.noxpay_now() + interval '5 minutes' FROM generate_series({from} + 1, {to}) n;
             ANALYZE webhooks.events, webhooks.deliveries"
        ))
        .await;
}

/// Starts the dispatcher, and says how many it told a second from the first to the last.
async fn drain(installation: &Installation, sink: &Sink, expected: u64) -> f64 {
    sink.forget();
    installation.stack.start(DISPATCHER);
    until(PATIENCE, async || {
        if sink.count() >= expected {
            Ok(())
        } else {
            Err(sink.count())
        }
    })
    .await;
    let rate = sink.rate();
    installation.stack.ready(DISPATCHER).await;
    rate
}

/// Publishes at full speed, and says how many a second arrived, from the first publication on.
async fn accept(installation: &Installation, sink: &Sink, events: usize) -> f64 {
    sink.forget();
    let envelopes: Vec<Envelope> = (0..events).map(|_| envelope()).collect();
    let begun = Instant::now();
    installation.stack.broker.publish_all(&envelopes).await;
    let expected = u64::try_from(events).expect("a number");
    until(PATIENCE, async || {
        if sink.count() >= expected {
            Ok(())
        } else {
            Err(sink.count())
        }
    })
    .await;
    count(events) / begun.elapsed().as_secs_f64()
}

/// Milliseconds from publication to arrival, sorted.
async fn latency(installation: &Installation, sink: &Sink, seconds: u64) -> Vec<f64> {
    sink.forget();
    let published = publish_evenly(installation, 200, seconds).await;
    let expected = u64::try_from(published.len()).expect("a number");
    until(PATIENCE, async || {
        if sink.count() >= expected {
            Ok(())
        } else {
            Err(sink.count())
        }
    })
    .await;
    let arrived = sink.arrivals();
    let mut times: Vec<f64> = arrived
        .iter()
        .filter_map(|(intent, at)| {
            Some(at.duration_since(*published.get(intent)?).as_secs_f64() * 1e3)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

/// When each intent's event was handed to the broker.
async fn publish_evenly(
    installation: &Installation,
    per_second: u32,
    seconds: u64,
) -> HashMap<String, Instant> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let channel = installation.stack.broker.publisher().await;
    let mut published = HashMap::new();
    for _ in 0..u64::from(per_second) * seconds {
        ticks.tick().await;
        let envelope = envelope();
        published.insert(envelope.event.subject(), Instant::now());
        channel.publish(&envelope).await;
    }
    published
}

fn spread(times: &[f64]) -> String {
    format!(
        "{:.1} / {:.1} ms",
        quantile(times, 0.5),
        quantile(times, 0.99)
    )
}

/// What a claim costs, and what the dispatcher holds, with ten thousand deliveries waiting and with very many.
async fn backlog(installation: &Installation, report: &mut Report, size: u64) {
    let sink = Sink::listen();
    let mut filled = 0;
    for size in [10_000, size] {
        step(&format!("{size} waiting deliveries"));
        stop(installation).await;
        let endpoint = add_while_stopped(installation, &sink).await;
        // The events of before are told to the new endpoint too.
        fill(installation, &endpoint, 0, size.max(filled)).await;
        filled = size;
        let rate = drain(installation, &sink, 10_000).await;
        let claim = |what| installation.metric(DISPATCHER, what, &[]);
        let (seconds, claims) = (
            claim("noxpay_webhook_claim_seconds_sum").await,
            claim("noxpay_webhook_claim_seconds_count").await,
        );
        let held = memory()
            .into_iter()
            .find(|p| p.service == DISPATCHER)
            .map_or(f64::NAN, |p| p.rss);
        report.add(
            &format!("{size} waiting: a claim"),
            format!("{:.2} ms", seconds / claims * 1e3),
            format!("{rate:.0}/s drained, {held:.1} MiB"),
        );
        remove(installation, &endpoint).await;
    }
}

/// The gateway needs the dispatcher to add one.
async fn add_while_stopped(installation: &Installation, sink: &Sink) -> String {
    installation.stack.start(DISPATCHER);
    installation.stack.ready(DISPATCHER).await;
    let endpoint = add(installation, &sink.url(), &["payment.pending"]).await;
    stop(installation).await;
    endpoint
}

fn envelope() -> Envelope {
    let mut envelope = Envelope::from_json(Installation::envelope().as_bytes()).expect("an event");
    envelope.id = EventId::new();
    if let Event::Intent(_, snapshot) = &mut envelope.event {
        snapshot.intent_id = IntentId::random();
    }
    envelope
}

/// As large as the dispatcher's own.
fn body() -> String {
    let filler = "x".repeat(1_100);
    format!(
        r#"{{"event":"payment.pending","intent_id":"00000000-0000-4000-8000-000000000000","data":"{filler}"}}"#
    )
}
