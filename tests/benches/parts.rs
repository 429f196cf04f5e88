//! What one payment's parts cost, each group as ratios of one run. The whole chain is measured by its own benchmarks.

use alerts::compose::demo_bank::{self, DemoAlert, Layout};
use alerts::compose::{dns_record, sign};
use alerts::{Mail, PinnedDns, Rules, authenticate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::Money;
use domain::evidence::{Direction, PaymentMode};
use domain::ids::{AccountId, IntentId};
use domain::matching::{Candidate, Dedication, Evidence, decide};
use domain::{Interval, StatusName};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::hint::black_box;
use tokio::runtime::Builder;

const KEY: &str = include_str!("../../crates/alerts/testdata/bank.pem");
const URI: &str =
    "upi://pay?pa=demo-shop@examplebank&pn=Demo%20Shop&am=498.99&cu=INR&tn=K7M3Q9ABCD";

fn at() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().expect("a time")
}

/// A page needs the QR of every new intent.
fn qr(c: &mut Criterion) {
    let mut group = c.benchmark_group("qr");
    group.bench_function("png", |b| {
        b.iter(|| rails::qr::png_data_uri(black_box(URI)))
    });
    group.bench_function("svg", |b| b.iter(|| rails::qr::svg(black_box(URI))));
    group.finish();
}

/// What a mail costs without and with the verification of its signature.
fn alert(c: &mut Criterion) {
    let raw = demo_bank::alert(&DemoAlert {
        to: "alerts@shop.test".to_owned(),
        amount: Money::inr(49_899),
        utr: "632500000001".to_owned(),
        payer_vpa: "ravi@okexample".to_owned(),
        payer_name: "RAVI KUMAR".to_owned(),
        account_tail: "6604".to_owned(),
        note: Some("K7M3Q9ABCD".to_owned()),
        at: at(),
        layout: Layout::Plain,
    });
    let raw = sign(&raw, "bench", demo_bank::DOMAIN, KEY).expect("a signature");
    let mut dns = PinnedDns::default();
    dns.insert(
        &format!("bench._domainkey.{}", demo_bank::DOMAIN),
        &dns_record(KEY).expect("a key"),
    );
    let rules = Rules::with_demo_bank();
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let mut group = c.benchmark_group("alert");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read", |b| {
        b.iter(|| Mail::parse(black_box(&raw)).map(|mail| rules.read(&mail)));
    });
    group.bench_function("verify and read", |b| {
        b.iter(|| {
            let mail = Mail::parse(black_box(&raw)).expect("a mail");
            let verdict = runtime.block_on(authenticate(&mail, &rules, &dns, at()));
            (verdict, rules.read(&mail))
        });
    });
    group.finish();
}

/// What mails of every form cost: all the corpora's, of which few fit a template.
fn any_form(c: &mut Criterion) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/alerts");
    let mails: Vec<Vec<u8>> = ["corpus", "testdata/shapes", "testdata/fourth"]
        .iter()
        .flat_map(|folder| fs::read_dir(format!("{root}/{folder}")).expect("a folder of mails"))
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| fs::read(path).expect("a mail"))
        .collect();
    let rules = Rules::with_demo_bank();
    let mut group = c.benchmark_group("alert");
    let count = u64::try_from(mails.len()).expect("a few hundred");
    group.throughput(Throughput::Elements(count));
    group.bench_function("read, any form", |b| {
        b.iter(|| {
            for raw in &mails {
                let mail = Mail::parse(black_box(raw)).expect("a mail");
                black_box(rules.read(&mail));
            }
        });
    });
    group.finish();
}

/// The decision itself, with few and many intents that fit the amount.
fn matching(c: &mut Criterion) {
    let account = AccountId::new();
    let candidate = |n: i64| Candidate {
        intent: IntentId::random(),
        account,
        payable: Money::inr(49_900 + n),
        reserved: true,
        created_at: at(),
        late_until: at() + SignedDuration::from_hours(4),
        status: StatusName::Pending,
        settled_at: None,
    };
    let mut group = c.benchmark_group("matching");
    for count in [1, 100] {
        let by_amount: Vec<Candidate> = (0..count).map(candidate).collect();
        group.bench_function(format!("{count} candidates"), |b| {
            b.iter(|| {
                decide(&Evidence {
                    account,
                    dedication: Dedication::Kept,
                    offered_again: false,
                    doubted: false,
                    direction: Direction::Credit,
                    mode: PaymentMode::Upi,
                    amount: Money::inr(49_900),
                    interval: Interval::second(at()),
                    by_code: &[],
                    by_vpa: &[],
                    by_amount: black_box(&by_amount),
                    by_claim: &[],
                })
            });
        });
    }
    group.finish();
}

criterion_group!(parts, qr, alert, any_form, matching);
criterion_main!(parts);
