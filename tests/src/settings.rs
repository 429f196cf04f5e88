//! What each process of an installation is told.

use crate::bank::Bank;
use crate::process::{SERVICES, free_address};
use domain::event::Producer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use testkit::{TestBroker, TestDb};

pub(crate) const ADMIN_KEY: &str = "an-admin-key-that-only-this-test-run-knows";

/// Environment variables.
pub(crate) type Settings = BTreeMap<String, String>;

/// The addresses of one process of each service, which know each other by them.
pub(crate) struct Addresses {
    pub(crate) http: SocketAddr,
    grpc: BTreeMap<&'static str, SocketAddr>,
}

impl Addresses {
    pub(crate) fn free() -> Self {
        Self {
            http: free_address(),
            grpc: GRPC
                .iter()
                .map(|(name, _)| (*name, free_address()))
                .collect(),
        }
    }

    /// The settings of each service's process.
    pub(crate) fn settings(
        &self,
        common: &Settings,
        db: &TestDb,
        broker: &TestBroker,
    ) -> Vec<(&'static str, Settings)> {
        let each = SERVICES.iter().map(|name| {
            let mut env = common.clone();
            for (peer, variable) in GRPC {
                env.insert(
                    (*variable).to_owned(),
                    format!("http://{}", self.grpc[peer]),
                );
            }
            let listen = self.grpc.get(name).map_or_else(
                || ("NOXPAY_HTTP_LISTEN", self.http.to_string()),
                |address| ("NOXPAY_GRPC_LISTEN", address.to_string()),
            );
            let producer = Producer::parse(name).expect("a service");
            let [request, worker] = roles(name);
            let own = [
                listen,
                ("NOXPAY_ADMIN_LISTEN", free_address().to_string()),
                ("NOXPAY_BROKER_URL", broker.url(producer)),
                ("NOXPAY_DATABASE_REQUEST_URL", db.url(&request)),
                ("NOXPAY_DATABASE_WORKER_URL", db.url(&worker)),
            ];
            env.extend(own.map(|(k, v)| (k.to_owned(), v)));
            (*name, env)
        });
        each.collect()
    }
}

/// The database roles of a service: for requests, for work.
pub(crate) fn roles(service: &str) -> [String; 2] {
    let producer = Producer::parse(service).expect("a service");
    let schema = schema_of(producer);
    [format!("{schema}_request"), format!("{schema}_worker")]
}

const GRPC: &[(&str, &str)] = &[
    ("intent-service", "NOXPAY_INTENT_GRPC_URL"),
    ("imap-verifier", "NOXPAY_MAIL_GRPC_URL"),
    ("webhook-dispatcher", "NOXPAY_WEBHOOK_GRPC_URL"),
];

const fn schema_of(producer: Producer) -> &'static str {
    match producer {
        Producer::ApiGateway => "gateway",
        Producer::IntentService => "intents",
        Producer::ImapVerifier => "mail",
        Producer::WebhookDispatcher => "webhooks",
    }
}

/// What every process is told.
pub(crate) fn common(directory: &Path, http: SocketAddr) -> Settings {
    let pins = Bank::publish_key(directory);
    [
        ("NOXPAY_ENV", "development"),
        ("NOXPAY_LOG", "info"),
        ("NOXPAY_LOG_FORMAT", "json"),
        ("NOXPAY_PUBLIC_URL", &format!("http://{http}")),
        (
            "NOXPAY_SEALING_KEYS",
            "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        ),
        ("NOXPAY_ADMIN_KEY", ADMIN_KEY),
        (
            "NOXPAY_INTERNAL_TOKEN",
            "an-internal-token-that-only-this-test-run-knows",
        ),
        (
            "NOXPAY_PEPPER",
            "6d5f9c0a7be14f0db1d2f3a4958677c86d5f9c0a7be14f0db1d2f3a4958677c8",
        ),
        ("NOXPAY_EGRESS_ALLOW", "127.0.0.0/8,::1/128"),
        ("NOXPAY_DNS_PINS", &pins.display().to_string()),
        (
            "NOXPAY_IMAP_CA",
            &testkit::env::imap_ca().display().to_string(),
        ),
        ("NOXPAY_WEBHOOK_SCHEDULE_S", "0,1,1,1,1,1,1,1,1,1,1,1,1,1,1"),
        ("NOXPAY_WATERMARK_MS", "300"),
        ("NOXPAY_LEASE_TTL_MS", "3000"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
