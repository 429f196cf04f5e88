//! The reader of alerts over very many mails: what it keeps would show as memory that grows.

use crate::processes::own_memory;
use crate::report::{Report, count, step};
use alerts::compose::demo_bank::{self, DemoAlert, Layout};
use alerts::compose::{dns_record, sign};
use alerts::{Authenticity, Mail, PinnedDns, Rules, authenticate};
use domain::Money;
use jiff::Timestamp;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const KEY: &str = include_str!("../../../crates/alerts/testdata/bank.pem");
const SELECTOR: &str = "bench";
/// Different alerts; each is signed once, for a signature costs more than its verification.
const SIGNED: usize = 5_000;
/// Samples of memory after the first.
const SAMPLES: usize = 10;

/// Parses, verifies and reads so many mails, of every form there is, one after the other.
pub(crate) async fn memory(report: &mut Report, mails: usize) {
    step(&format!("{mails} mails through parser, DKIM and rules"));
    let (rules, mut dns) = (Rules::with_demo_bank(), PinnedDns::default());
    let name = format!("{SELECTOR}._domainkey.{}", demo_bank::DOMAIN);
    dns.insert(&name, &dns_record(KEY).expect("a key"));
    let at: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
    let signed = SIGNED.min(mails / SAMPLES);
    let mut sample: Vec<Vec<u8>> = (0..signed).map(|n| alert(n, at)).collect();
    for folder in ["corpus", "testdata/shapes", "testdata/fourth"] {
        sample.extend(stored(folder));
    }
    let (mut verified, mut read, mut memory) = (0, 0, Vec::new());
    let mut round = sample.iter().cycle();
    let begun = Instant::now();
    for part in 0..=SAMPLES {
        // At first every alert and every form: what is made at the first sight of each is no growth.
        let count = match part {
            0 => sample.len(),
            _ => mails / SAMPLES,
        };
        for raw in round.by_ref().take(count) {
            let Ok(mail) = Mail::parse(black_box(raw)) else {
                continue;
            };
            let verdict = authenticate(&mail, &rules, &dns, at).await;
            verified += usize::from(matches!(verdict, Authenticity::Verified { .. }));
            black_box(rules.read(&mail));
            read += 1;
        }
        memory.push(own_memory());
        step(&format!(
            "  {} of {mails}: {:.1} MiB",
            part * (mails / SAMPLES),
            memory[part]
        ));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (first, last) = (memory[0], memory[SAMPLES]);
    report.heading("Memory of the reader of alerts");
    report.add(
        &format!("after {mails} mails more"),
        format!("{last:.1} MiB"),
        format!("{:.2} of {first:.1} MiB at first", last / first),
    );
    report.add(
        "  read on the way",
        format!("{:.0}/s", count(read) / seconds),
        format!("{verified} of {read} verified; all forms, most of them long"),
    );
}

fn alert(n: usize, at: Timestamp) -> Vec<u8> {
    let raw = demo_bank::alert(&DemoAlert {
        to: "alerts@shop.test".to_owned(),
        amount: Money::inr(49_899),
        utr: format!("6325{n:08}"),
        payer_vpa: format!("payer{n}@okexample"),
        payer_name: "RAVI KUMAR".to_owned(),
        account_tail: "6604".to_owned(),
        note: Some("K7M3Q9ABCD".to_owned()),
        at,
        layout: Layout::BOTH[n % 2],
    });
    sign(&raw, SELECTOR, demo_bank::DOMAIN, KEY).expect("a signature")
}

fn stored(folder: &str) -> Vec<Vec<u8>> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/alerts"));
    let files = fs::read_dir(root.join(folder)).expect("a folder of mails");
    let paths = files.map(|file| file.expect("a file").path());
    paths
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| fs::read(path).expect("a mail"))
        .collect()
}
