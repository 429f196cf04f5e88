//! One payment, one trace across every process, received as a collector receives it.
#![cfg(test)]

use e2e::answers::{code_of, money};
use e2e::otlp::{Collector, Span};
use e2e::{Hook, Stack};
use std::collections::BTreeSet;
use testkit::wait::{PATIENCE, until};

const ALL: [&str; 4] = [
    "api-gateway",
    "imap-verifier",
    "intent-service",
    "webhook-dispatcher",
];

/// The processes that took part in a trace.
fn services(spans: &[Span], trace: &str) -> BTreeSet<String> {
    let of = |s: &&Span| s.trace == trace;
    spans.iter().filter(of).map(|s| s.service.clone()).collect()
}

/// Every span but the root hangs below a span of the same trace.
fn is_whole(spans: &[Span], trace: &str) -> bool {
    let ids: BTreeSet<&str> = spans
        .iter()
        .filter(|s| s.trace == trace)
        .map(|s| s.id.as_str())
        .collect();
    let of = |s: &&Span| s.trace == trace && !s.parent.is_empty();
    spans
        .iter()
        .filter(of)
        .all(|s| ids.contains(s.parent.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_payment_is_followed_across_every_process() {
    let collector = Collector::listen().await;
    let endpoint = collector.endpoint();
    let settings = [
        ("NOXPAY_OTLP_ENDPOINT", endpoint.as_str()),
        ("NOXPAY_TRACE_RATIO", "1"),
    ];
    let (stack, hook) = (Stack::boot_with(&settings).await, Hook::listen().await);
    stack
        .add_hook(&hook.url(), &["payment.pending", "payment.success"])
        .await;
    let created = stack.create("TRACE-1", "499.00").await;
    hook.wait_for("payment.pending", "TRACE-1").await;
    // The payer has the checkout open: the gateway pushes to it.
    let id = created["id"].as_str().expect("an id");
    let mut page = stack
        .public
        .open(&format!("/checkout/events?intent={id}"))
        .await;
    assert!(page.chunk().await.expect("the page's state").is_some());
    stack
        .pay(money(&created["payable_amount"]), Some(&code_of(&created)))
        .await;
    hook.wait_for("payment.success", "TRACE-1").await;

    // The request's own trace: HTTP → gRPC → outbox → broker → consumer → webhook.
    let (asked, paid) = until(PATIENCE, async || {
        let spans = collector.spans();
        let request = spans
            .iter()
            .find(|s| s.service == "api-gateway" && s.name.contains("create-payment"))
            .map(|s| s.trace.clone())
            .ok_or_else(|| kinds(&spans))?;
        let told = |trace: &str| {
            spans
                .iter()
                .any(|s| s.trace == trace && s.name == "webhook.send")
        };
        let asked = services(&spans, &request);
        if !told(&request) || !is_whole(&spans, &request) || asked.len() < 3 {
            return Err(names(&spans, &request));
        }
        // The payment's trace: mailbox → outbox → broker → settlement → outbox → broker → webhook and open pages. It
        // links to the request's.
        let payment = spans
            .iter()
            .find(|s| s.service == "intent-service" && s.links.contains(&request))
            .map(|s| s.trace.clone())
            .ok_or_else(|| names(&spans, &request))?;
        let paid = services(&spans, &payment);
        if told(&payment) && is_whole(&spans, &payment) && paid.len() == ALL.len() {
            Ok((asked, paid))
        } else {
            Err(names(&spans, &payment))
        }
    })
    .await;
    assert!(
        ["api-gateway", "intent-service", "webhook-dispatcher"]
            .iter()
            .all(|s| asked.contains(*s)),
        "{asked:?}"
    );
    assert_eq!(paid.iter().map(String::as_str).collect::<Vec<_>>(), ALL);
}

/// For the message of a failure: the spans of a trace, or of all.
fn names(spans: &[Span], trace: &str) -> Vec<String> {
    let line = |s: &Span| {
        format!(
            "{} {} {} < {} {:?}",
            s.trace.get(..6).unwrap_or_default(),
            s.service,
            s.name,
            s.parent,
            s.links
        )
    };
    spans
        .iter()
        .filter(|s| s.trace.starts_with(trace))
        .map(line)
        .collect()
}

/// Which spans there are at all, each once.
fn kinds(spans: &[Span]) -> Vec<String> {
    let all: BTreeSet<String> = spans
        .iter()
        .map(|s| format!("{} {}", s.service, s.name))
        .collect();
    all.into_iter().collect()
}
