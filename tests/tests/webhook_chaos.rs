//! Twenty thousand deliveries to fifty endpoints, some of them bad, while dispatchers, the broker and the database are killed:
//! every event reaches every healthy endpoint, in the order of its intent, and every other delivery ends as its schedule says.
#![cfg(test)]

use e2e::sinks::Arrival;
use e2e::stack::REPLICA;
use e2e::{Manners, Sinks, Stack};
use futures_util::future::join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use testkit::wait::until;
use testkit::{OwnServers, Server};
use tokio::task::block_in_place;

const ENDPOINTS: usize = 50;
/// Each is created and cancelled: two events to every endpoint, one to those that hang.
const INTENTS: usize = 205;
const CLIENTS: usize = 4;
/// An attempt that was under way, or not stored yet, when its dispatcher or the database died is made again.
const BEFORE_DEATH: Duration = Duration::from_secs(5);
/// What was sent arrives all the same.
const AFTER_DEATH: Duration = Duration::from_millis(1_500);
/// Claims of a dead dispatcher run out after 21 s, and a broken endpoint takes four attempts at most.
const PATIENCE: Duration = Duration::from_secs(400);

const SETTINGS: [(&str, &str); 5] = [
    // Those that answer must not be taken for those that hang on a busy machine.
    ("NOXPAY_WEBHOOK_TIMEOUT_MS", "4000"),
    ("NOXPAY_WEBHOOK_SCHEDULE_S", "0,1,2"),
    ("NOXPAY_WEBHOOK_CONCURRENCY", "256"),
    ("NOXPAY_RATE_LIMIT_RPM", "4000000000"),
    ("NOXPAY_PUBLIC_RATE_LIMIT_RPM", "0"),
];

fn manners(listener: usize) -> Manners {
    match listener {
        0..2 => Manners::Fails,
        2..4 => Manners::Hangs,
        4..6 => Manners::HangsUp,
        6 => Manners::Redirects,
        7..9 => Manners::Dawdles,
        9 => Manners::IsBusyAtFirst,
        _ => Manners::Answers,
    }
}

const fn is_healthy(manners: Manners) -> bool {
    matches!(
        manners,
        Manners::Answers | Manners::Dawdles | Manners::IsBusyAtFirst
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_deliveries_outlive_the_death_of_dispatchers_broker_and_database() {
    let servers = block_in_place(OwnServers::up);
    let all: Vec<Manners> = (0..ENDPOINTS).map(manners).collect();
    let sinks = Sinks::listen(&all).await;
    let mut stack = Stack::boot_with(&SETTINGS).await;
    let second = format!("webhook-dispatcher{REPLICA}");
    stack.add_replica("webhook-dispatcher", &second).await;
    let mut endpoints = Vec::new();
    for (n, manners) in all.iter().enumerate() {
        let url = sinks.url(n);
        // Those that hang cost four seconds an attempt, four at a time: one event of two, one attempt.
        let endpoint = match manners {
            Manners::Hangs => {
                let once = serde_json::json!({ "name": "custom", "pauses_s": [0] });
                stack
                    .add_endpoint_with(&url, &["payment.cancelled"], once)
                    .await
            }
            _ => {
                stack
                    .add_endpoint(&url, &["payment.pending", "payment.cancelled"])
                    .await
            }
        };
        endpoints.push(endpoint);
    }

    let (_, deaths) = tokio::join!(shop(&stack), kill(&stack, &second, &servers, &sinks));
    let healthy: Vec<usize> = (0..ENDPOINTS).filter(|n| is_healthy(all[*n])).collect();
    let expected = healthy.len() * INTENTS * 2;
    until(PATIENCE, async || {
        let reached = reached(&sinks.arrivals(), &healthy);
        if reached == expected {
            Ok(())
        } else {
            Err(format!("{reached} of {expected}"))
        }
    })
    .await;
    nothing_waits(&stack).await;

    let arrivals = sinks.arrivals();
    assert_eq!(reached(&arrivals, &healthy), expected);
    in_order(&arrivals, &healthy);
    let (repeats, unexplained) = repeats_around(&arrivals, &healthy, &deaths, &all);
    for a in unexplained {
        came_too_late(&stack, &endpoints[a.listener], a).await;
    }
    for (n, manners) in all.iter().enumerate().filter(|(_, m)| !is_healthy(**m)) {
        let events = if *manners == Manners::Hangs {
            INTENTS
        } else {
            INTENTS * 2
        };
        ended_as_scheduled(&stack, &endpoints[n], *manners, events).await;
    }
    println!(
        "{} deliveries, {} requests, {repeats} repeated around {} deaths",
        ENDPOINTS * INTENTS * 2 - 2 * INTENTS,
        arrivals.len(),
        deaths.len(),
    );
    stack.stop_leaving_failed_deliveries().await;
}

/// Creates and cancels everything, a few at a time, again and again until it is answered.
async fn shop(stack: &Stack) {
    join_all((0..CLIENTS).map(|client| async move {
        for n in (client..INTENTS).step_by(CLIENTS) {
            let order = format!("CHAOS-{n}");
            stack
                .create_for_sure(&order, &format!("{}.00", 100 + n))
                .await;
            stack.cancel_for_sure(&order).await;
        }
    }))
    .await;
}

/// Kills each part once or twice while deliveries are under way. When that was.
async fn kill(stack: &Stack, second: &str, servers: &OwnServers, sinks: &Sinks) -> Vec<Instant> {
    let mut deaths = Vec::new();
    let first = "webhook-dispatcher";
    let parts = [
        (1_500, Some(first), None),
        (4_000, Some(second), None),
        (6_500, None, Some(Server::RabbitMq)),
        (9_000, None, Some(Server::Postgres)),
        (11_500, Some(first), None),
        (14_000, Some(second), None),
    ];
    for (arrived, service, server) in parts {
        until(PATIENCE, async || match sinks.count() {
            n if n >= arrived => Ok(()),
            n => Err(format!("{n} of {arrived}")),
        })
        .await;
        deaths.push(Instant::now());
        if let Some(name) = service {
            stack.service(name).kill();
            stack.start(name);
        }
        if let Some(server) = server {
            block_in_place(|| {
                servers.kill(server);
                servers.start(server);
            });
        }
        stack.all_ready().await;
    }
    deaths
}

/// Pairs of healthy listener and event that arrived.
fn reached(arrivals: &[Arrival], healthy: &[usize]) -> usize {
    let pairs: BTreeSet<(usize, &str)> = arrivals
        .iter()
        .filter(|a| healthy.contains(&a.listener))
        .map(|a| (a.listener, a.id.as_str()))
        .collect();
    pairs.len()
}

/// First arrivals of one intent at one listener have rising numbers.
fn in_order(arrivals: &[Arrival], healthy: &[usize]) {
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<(usize, &str), (i64, i64)> = BTreeMap::new();
    for a in arrivals.iter().filter(|a| healthy.contains(&a.listener)) {
        if seen.insert((a.listener, a.id.as_str())) {
            let before = last.insert((a.listener, &a.object), (a.sequence, a.part));
            assert!(
                before.is_none_or(|before| before < (a.sequence, a.part)),
                "{a:?} after {before:?}"
            );
        }
    }
}

/// How many arrived again around a death, or because the listener asked for it; and those that did so without such a reason.
fn repeats_around<'a>(
    arrivals: &'a [Arrival],
    healthy: &[usize],
    deaths: &[Instant],
    manners: &[Manners],
) -> (usize, Vec<&'a Arrival>) {
    let mut first: BTreeMap<(usize, &str), Instant> = BTreeMap::new();
    let mut repeats = 0;
    let mut unexplained = Vec::new();
    for a in arrivals.iter().filter(|a| healthy.contains(&a.listener)) {
        let Some(before) = first.insert((a.listener, &a.id), a.at) else {
            continue;
        };
        if manners[a.listener] == Manners::IsBusyAtFirst {
            continue;
        }
        repeats += 1;
        let explained = deaths
            .iter()
            .any(|death| before < *death + AFTER_DEATH && before + BEFORE_DEATH > *death);
        if !explained {
            unexplained.push(a);
        }
    }
    (repeats, unexplained)
}

/// An answer that a busy machine brought too late is a reason, too: then an attempt says so, and one alone was answered well.
async fn came_too_late(stack: &Stack, endpoint: &str, again: &Arrival) {
    let rows = deliveries_of(stack, endpoint).await;
    let row = rows
        .iter()
        .find(|row| row["event_id"].as_str() == Some(&again.id))
        .unwrap_or_else(|| panic!("no delivery of {again:?}"));
    let attempts = row["attempts"].as_array().cloned().unwrap_or_default();
    let with = |outcome: &str| attempts.iter().filter(|a| a["outcome"] == outcome).count();
    assert!(
        with("timeout") > 0 && with("delivered") == 1,
        "{again:?} came before, nothing died around then, and no answer was late: {row}"
    );
}

/// Nothing is pending any more.
async fn nothing_waits(stack: &Stack) {
    until(PATIENCE, async || {
        let page = stack
            .merchant
            .get("/api/v1/webhook-deliveries?state=pending&limit=1")
            .await
            .ok();
        match page["deliveries"].as_array() {
            Some(none) if none.is_empty() => Ok(()),
            _ => Err(page.to_string()),
        }
    })
    .await;
}

async fn deliveries_of(stack: &Stack, endpoint: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("/api/v1/webhook-deliveries?endpoint_id={endpoint}&limit=200{before}");
        let page: Value = stack.merchant.get(&path).await.ok();
        let rows = page["deliveries"].as_array().cloned().unwrap_or_default();
        let Some(last) = rows.last() else { return all };
        before = format!("&before_id={}", last["id"].as_str().unwrap_or_default());
        all.extend(rows);
    }
}

/// Every delivery of this endpoint failed, after as many attempts as its schedule has, or one more where a dispatcher died in one.
async fn ended_as_scheduled(stack: &Stack, endpoint: &str, manners: Manners, events: usize) {
    let rows = deliveries_of(stack, endpoint).await;
    for row in &rows {
        assert_eq!(row["state"], "failed", "{manners:?}: {row}");
        let attempts = row["attempts"].as_array().cloned().unwrap_or_default();
        let made = attempts.last().and_then(|a| a["attempt"].as_u64());
        let planned = if manners == Manners::Hangs { 1 } else { 3 };
        let made = made.unwrap_or_default();
        assert!(
            (planned..=planned + 2).contains(&made),
            "{manners:?}: {row}"
        );
        let outcome = match manners {
            Manners::Hangs => "timeout",
            Manners::HangsUp => "unreachable",
            _ => "refused",
        };
        assert!(
            attempts.iter().all(|a| a["outcome"] == outcome),
            "{manners:?}: {row}"
        );
    }
    assert_eq!(rows.len(), events, "{manners:?}");
}
