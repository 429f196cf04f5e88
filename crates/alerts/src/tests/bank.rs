//! A bank of the tests' own: it signs with a key that lies in `testdata/`.

use crate::compose::demo_bank::{self, DemoAlert, Layout};
use crate::compose::{dns_record, sign, sign_headers};
use crate::{Authenticity, Mail, PinnedDns, Reading, RefusalReason, Rules, authenticate};
use domain::Money;
use jiff::Timestamp;
use std::sync::LazyLock;

/// Guards nothing: it signs mail of reserved domains in tests.
pub(super) const KEY: &str = include_str!("../../testdata/bank.pem");
pub(super) const SHORT_KEY: &str = include_str!("../../testdata/short-key.txt");
pub(super) const SELECTOR: &str = "t1";

/// Compiled once: the demo bank and the built-in ones.
pub(crate) static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);
pub(super) static RECORD: LazyLock<String> = LazyLock::new(|| dns_record(KEY).unwrap());

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn demo(layout: Layout) -> DemoAlert {
    DemoAlert {
        to: "alerts@shop.test".to_owned(),
        amount: Money::inr(149_900),
        utr: "084701812319".to_owned(),
        payer_vpa: "asha.r@okexample".to_owned(),
        payer_name: "Asha Rao & Sons".to_owned(),
        account_tail: "6604".to_owned(),
        note: Some("ORD-7F3K9".to_owned()),
        at: at("2026-06-14T18:22:05+05:30"),
        layout,
    }
}

/// DNS in which a domain publishes the tests' key.
pub(super) fn dns(domain: &str) -> PinnedDns {
    dns_with(domain, &RECORD)
}

pub(super) fn dns_with(domain: &str, record: &str) -> PinnedDns {
    let mut dns = PinnedDns::default();
    dns.insert(&format!("{SELECTOR}._domainkey.{domain}"), record);
    dns
}

pub(super) fn signed(alert: &DemoAlert) -> String {
    text(sign(&demo_bank::alert(alert), SELECTOR, demo_bank::DOMAIN, KEY).unwrap())
}

/// Signed over a list of header fields of one's own.
pub(super) fn signed_over(message: &str, domain: &str, headers: &[&str]) -> String {
    text(sign_headers(message.as_bytes(), SELECTOR, domain, KEY, headers).unwrap())
}

pub(super) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

pub(super) fn unsigned(alert: &DemoAlert) -> String {
    text(demo_bank::alert(alert))
}

pub(super) fn mail(raw: &str) -> Mail {
    Mail::parse(raw.as_bytes()).unwrap()
}

/// The verdict on a mail that was handed over when the demo alert was sent.
pub(super) async fn verdict(raw: &str, dns: &impl crate::Dns) -> Authenticity {
    authenticate(&mail(raw), &RULES, dns, at("2026-06-14T18:22:11+05:30")).await
}

pub(super) async fn refusal(raw: &str, dns: &impl crate::Dns) -> Option<RefusalReason> {
    match verdict(raw, dns).await {
        Authenticity::Refused { reason } => Some(reason),
        Authenticity::Verified { .. }
        | Authenticity::Vouched { .. }
        | Authenticity::Undecided { .. } => None,
    }
}

/// What the rules make of an alert of the demo bank.
pub(super) fn read(alert: &DemoAlert) -> Reading {
    RULES.read(&mail(&signed(alert)))
}
