//! The installation under load, and its pauses between two measurements.

use crate::processes::metric;
use domain::event::{Envelope, Event, IntentEvent, IntentSnapshot, Producer};
use domain::ids::IntentId;
use domain::{Money, OrderId, StatusName};
use e2e::answers::MERCHANT;
use e2e::process::SERVICES;
use e2e::{Sql, Stack};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use testkit::wait::until;

/// For whatever was begun to come to its end.
const PATIENCE: Duration = Duration::from_secs(300);

/// As in production, but that one merchant may ask as much as it can.
const SETTINGS: [(&str, &str); 4] = [
    ("NOXPAY_RATE_LIMIT_RPM", "4000000000"),
    ("NOXPAY_WATERMARK_MS", "15000"),
    ("NOXPAY_LEASE_TTL_MS", "15000"),
    ("NOXPAY_PUBLIC_RATE_LIMIT_RPM", "0"),
];

/// Everything running, with a look into its database.
pub(crate) struct Installation {
    pub(crate) stack: Stack,
    pub(crate) sql: Sql,
}

impl Installation {
    pub(crate) async fn boot() -> Self {
        let stack = Stack::boot_with(&SETTINGS).await;
        let sql = Sql::admin(&stack.db).await;
        Self { stack, sql }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let address = self.stack.merchant.base().strip_prefix("http://");
        address.and_then(|a| a.parse().ok()).expect("an address")
    }

    /// What a service counts.
    pub(crate) async fn metric(&self, service: &str, name: &str, labels: &[&str]) -> f64 {
        let answer = self.stack.probe(service, "/metrics").await;
        metric(&answer.expect("metrics").text, name, labels)
    }

    /// Waits until every event was published and consumed, and says how long that took.
    pub(crate) async fn drain(&self) -> Duration {
        let begun = Instant::now();
        until(PATIENCE, async || {
            let waiting = self.sql.number("SELECT count(*) FROM intents.outbox").await;
            let published = self
                .metric("intent-service", "noxpay_bus_published_total", &["intent."])
                .await;
            let consumed = self
                .metric(
                    "webhook-dispatcher",
                    "noxpay_bus_consumed_total",
                    &["intent."],
                )
                .await;
            if waiting == 0 && consumed >= published {
                Ok(())
            } else {
                Err((waiting, published, consumed))
            }
        })
        .await;
        begun.elapsed()
    }

    /// The event of a created intent, as it stands in the outbox.
    pub(crate) fn envelope() -> String {
        let at = "2026-11-21T10:00:00Z".parse().expect("a time");
        let (zero, price) = (Money::inr(0), Money::inr(49_900));
        let snapshot = IntentSnapshot {
            intent_id: IntentId::random(),
            merchant_id: MERCHANT.parse().expect("an id"),
            live: false,
            order_id: OrderId::parse("ORDER-1").expect("an order id"),
            sequence: 1,
            status: StatusName::Pending,
            previous_status: None,
            review_reason: None,
            amount: price,
            payable: price,
            adjustment: zero,
            received: zero,
            excess: zero,
            late: false,
            created_at: at,
            expires_at: at,
            settled_at: None,
            paid_at: None,
            amount_trusted: true,
            metadata: None,
            redirect_url: None,
            proof: None,
            evidence: Vec::new(),
        };
        let event = Event::Intent(IntentEvent::Created, Box::new(snapshot));
        let envelope = Envelope::new(Producer::IntentService, at, event);
        envelope.to_json().expect("an event")
    }

    /// Ids of intents of the past that nobody paid.
    pub(crate) async fn unpaid(&self, most: u32) -> Vec<String> {
        let rows = self
            .sql
            .rows(&format!(
                "SELECT id FROM intents.intents WHERE merchant_id = '{MERCHANT}' AND received = 0 AND order_id LIKE 'PAST-%' LIMIT {most}"
            ))
            .await;
        rows.into_iter().filter_map(|mut row| row.pop()).collect()
    }

    /// SIGSTOP to every service: the machine is PostgreSQL's alone.
    pub(crate) fn pause(&self) {
        for service in SERVICES {
            self.stack.service(service).pause();
        }
    }

    /// Goes on, without what others left in the outbox meanwhile.
    pub(crate) async fn resume(&self) {
        self.sql.run("TRUNCATE intents.outbox").await;
        for service in SERVICES {
            self.stack.service(service).resume();
        }
        self.stack.all_ready().await;
    }
}

/// A request of the demo merchant for an intent of its own. Prices go up by a rupee each, from ₹600.
pub(crate) fn create(prefix: &str) -> impl Fn(usize, usize) -> Vec<u8> + Clone + Send + use<> {
    let prefix = prefix.to_owned();
    move |client, n| {
        let rupees = 600 + (n * 32 + client) % 40_000;
        let body = format!(
            r#"{{"amount":{rupees}.00,"currency":"UPI","order_id":"{prefix}-{client}-{n}"}}"#
        );
        let length = body.len();
        format!(
            "POST /api/v1/intents/create-payment HTTP/1.1\r\nHost: localhost\r\n{CREDENTIALS}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A request for the state of one of `ids`.
pub(crate) fn read(ids: Vec<String>) -> impl Fn(usize, usize) -> Vec<u8> + Clone + Send {
    move |client, n| {
        let id = &ids[(client * 31 + n * 7) % ids.len()];
        format!("GET /api/v1/intents/{id} HTTP/1.1\r\nHost: localhost\r\n{CREDENTIALS}\r\n")
            .into_bytes()
    }
}

/// Of the demo merchant.
const CREDENTIALS: &str =
    "X-Client-ID: 6f9619ff-8b86-4d01-b42d-00cf4fc964ff\r\nX-Client-Secret: sk_test_demo\r\n";
