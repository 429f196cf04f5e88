//! How each cost grows with the intents that there ever were.

use crate::installation::{Installation, create, read};
use crate::load;
use crate::report::{Report, step};
use crate::throughput::CLIENTS;
use e2e::Hook;
use e2e::answers::money;
use e2e::fill::Past;
use std::time::{Duration, Instant};

/// For each of creates and reads.
const TIME: Duration = Duration::from_secs(3);
/// Payments of each measurement, all at the price that half of the past had.
const PAYMENTS: usize = 40;
const PRICE: &str = "499.00";
/// How long the relay is watched at most.
const RELAY: Duration = Duration::from_secs(3);

/// What was measured after the same number of intents.
struct Costs {
    size: u64,
    creates: f64,
    reads: f64,
    /// Milliseconds that an observation takes in intent-service: candidates, decision, settlement.
    matching: f64,
    /// Events per second from an outbox of that many.
    relay: f64,
}

/// Every size in turn, each upon the one before.
pub(crate) async fn one_account(report: &mut Report, sizes: &[u64]) {
    let (installation, hook) = shop().await;
    let account = installation.stack.account_id.clone();
    let (mut costs, mut filled) = (Vec::new(), 0);
    for size in sizes.iter().copied() {
        step(&format!("{size} intents of the past on one account"));
        let past = Past::OneAccount(&account);
        installation.sql.fill(past, filled, size).await;
        filled = size;
        costs.push(measure(&installation, &hook, size).await);
    }
    print(
        report,
        "How costs grow: all on one account, half at one price",
        &costs,
    );
}

/// One size, a hundred intents to an account.
pub(crate) async fn many_accounts(report: &mut Report, size: u64) {
    let (installation, hook) = shop().await;
    step(&format!(
        "{size} intents of the past, a hundred to an account"
    ));
    installation.sql.fill(Past::ManyAccounts, 0, size).await;
    let account = installation.stack.account_id.clone();
    let own = Past::OneAccount(&account);
    installation.sql.fill(own, size, size + 1_000).await;
    let costs = measure(&installation, &hook, size).await;
    print(
        report,
        "The same with many merchants, a hundred intents each",
        &[costs],
    );
}

async fn shop() -> (Installation, Hook) {
    let (installation, hook) = (Installation::boot().await, Hook::listen().await);
    installation
        .stack
        .add_hook(&hook.url(), &["payment.success"])
        .await;
    (installation, hook)
}

async fn measure(installation: &Installation, hook: &Hook, size: u64) -> Costs {
    let address = installation.address();
    let creates = load::run(address, CLIENTS, TIME, create(&format!("GROW-{size}")));
    installation.drain().await;
    let ids = installation.unpaid(900).await;
    let reads = load::run(address, CLIENTS, TIME, read(ids));
    let matching = matching(installation, hook, size).await;
    let relay = relay(installation, size).await;
    Costs {
        size,
        creates: creates.per_second,
        reads: reads.per_second,
        matching,
        relay,
    }
}

async fn matching(installation: &Installation, hook: &Hook, size: u64) -> f64 {
    let stack = &installation.stack;
    let handled = async |part: &str| {
        let name = format!("noxpay_bus_handling_seconds_{part}");
        let kind = ["observation.recorded"];
        installation.metric("intent-service", &name, &kind).await
    };
    let (sum, number) = (handled("sum").await, handled("count").await);
    for n in 0..PAYMENTS {
        let created = stack.create(&format!("PAID-{size}-{n}"), PRICE).await;
        stack.pay(money(&created["payable_amount"]), None).await;
    }
    for n in 0..PAYMENTS {
        hook.wait_for("payment.success", &format!("PAID-{size}-{n}"))
            .await;
    }
    (handled("sum").await - sum) / (handled("count").await - number) * 1e3
}

async fn relay(installation: &Installation, size: u64) -> f64 {
    step(&format!("an outbox of {size}"));
    installation.drain().await;
    installation.stack.service("webhook-dispatcher").pause();
    let envelope = Installation::envelope();
    installation
        .sql
        .run(&format!(
            "INSERT INTO intents.outbox (event_id, event_type, envelope, trace)
             SELECT gen_random_uuid(), 'intent.created', '{envelope}', '{{}}' FROM generate_series(1, {size})"
        ))
        .await;
    let published = async |installation: &Installation| {
        let name = "noxpay_bus_published_total";
        installation
            .metric("intent-service", name, &["intent.created"])
            .await
    };
    let (begun, before) = (Instant::now(), published(installation).await);
    let all = f64::from(u32::try_from(size).expect("a size"));
    let mut rate = 0.0;
    while begun.elapsed() < RELAY {
        let done = published(installation).await - before;
        rate = done / begun.elapsed().as_secs_f64();
        if done >= all {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    installation.stack.service("intent-service").pause();
    installation.sql.run("TRUNCATE intents.outbox").await;
    installation.stack.service("intent-service").resume();
    installation
        .stack
        .broker
        .purge("noxpay.webhook-dispatcher")
        .await;
    // It would count what was purged as still to come.
    for service in ["webhook-dispatcher", "intent-service"] {
        installation.stack.service(service).kill();
        installation.stack.start(service);
    }
    installation.stack.all_ready().await;
    rate
}

fn print(report: &mut Report, heading: &str, costs: &[Costs]) {
    report.heading(heading);
    let Some(first) = costs.first() else { return };
    for cost in costs {
        let size = cost.size;
        let against = |value: f64, first: f64| format!("{:.2} of the first", value / first);
        let rate = |value: f64| format!("{value:.0}/s");
        report.add(
            &format!("creates after {size}"),
            rate(cost.creates),
            against(cost.creates, first.creates),
        );
        report.add(
            &format!("status reads after {size}"),
            rate(cost.reads),
            against(cost.reads, first.reads),
        );
        report.add(
            &format!("matching and settling one after {size}"),
            format!("{:.2} ms", cost.matching),
            against(cost.matching, first.matching),
        );
        report.add(
            &format!("relay, outbox of {size}"),
            rate(cost.relay),
            against(cost.relay, first.relay),
        );
    }
}
