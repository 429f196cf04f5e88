//! Every service as a process, with its own database, broker and mailbox, and a merchant who is ready to be paid.

use crate::bank::{Bank, Payment};
use crate::process::{Process, SERVICES, free_address};
use crate::rest::Rest;
use domain::Money;
use domain::event::Producer;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use testkit::mailbox::{self, TestMailbox};
use testkit::wait::{PATIENCE, until};
use testkit::{TestBroker, TestDb};

/// The demo merchant, whose ids and secrets are known (development only).
pub const MERCHANT: &str = "550e8400-e29b-41d4-a716-446655440000";
const CLIENT_ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const CLIENT_SECRET: &str = "sk_test_demo";
const ADMIN_KEY: &str = "an-admin-key-that-only-this-test-run-knows";
/// The last digits of the merchant's account, as the bank prints them.
const ACCOUNT_TAIL: &str = "6604";

/// A whole installation.
pub struct Stack {
    // Fields are dropped in order: processes first, then what they use.
    services: BTreeMap<&'static str, Process>,
    /// As the merchant, with its secret.
    pub merchant: Rest,
    /// As the operator.
    pub admin: Rest,
    /// Without credentials, as a payer's browser.
    pub public: Rest,
    pub mailbox: TestMailbox,
    pub bank: Bank,
    pub account_id: String,
    pub mailbox_id: String,
    pub broker: TestBroker,
    pub db: TestDb,
    directory: PathBuf,
    /// How far the installation's clock is ahead.
    ahead: SignedDuration,
}

impl Stack {
    /// Everything running, the merchant's account proved.
    pub async fn boot() -> Self {
        Self::boot_with(&[]).await
    }

    /// With further settings for every process.
    pub async fn boot_with(extra: &[(&str, &str)]) -> Self {
        let mut stack = Self::prepare(extra).await;
        for name in SERVICES {
            stack.start(name);
        }
        stack.all_ready().await;
        stack.open_shop().await;
        stack
    }

    async fn prepare(extra: &[(&str, &str)]) -> Self {
        let (db, broker) = (TestDb::new().await, TestBroker::new().await);
        let mailbox = TestMailbox::new().await;
        let directory =
            std::env::temp_dir().join(format!("noxpay-e2e-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let http = free_address();
        let mut common = common_settings(&directory, &http.to_string());
        common.extend(
            extra
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        );
        let grpc: BTreeMap<_, _> = GRPC
            .iter()
            .map(|(name, _)| (*name, free_address()))
            .collect();
        for (name, variable) in GRPC {
            common.insert((*variable).to_owned(), format!("http://{}", grpc[name]));
        }
        let services = SERVICES
            .iter()
            .map(|name| {
                let mut env = common.clone();
                let listen = grpc.get(name).map_or_else(
                    || ("NOXPAY_HTTP_LISTEN", http.to_string()),
                    |address| ("NOXPAY_GRPC_LISTEN", address.to_string()),
                );
                let producer = Producer::parse(name).expect("a service");
                let schema = schema_of(producer);
                let own = [
                    listen,
                    ("NOXPAY_ADMIN_LISTEN", free_address().to_string()),
                    ("NOXPAY_BROKER_URL", broker.url(producer)),
                    (
                        "NOXPAY_DATABASE_REQUEST_URL",
                        db.url(&format!("{schema}_request")),
                    ),
                    (
                        "NOXPAY_DATABASE_WORKER_URL",
                        db.url(&format!("{schema}_worker")),
                    ),
                ];
                env.extend(own.map(|(k, v)| (k.to_owned(), v)));
                (*name, Process::new(name, env, &directory))
            })
            .collect();
        let base = format!("http://{http}");
        Self {
            services,
            merchant: Rest::new(&base)
                .with("x-client-id", CLIENT_ID)
                .with("x-client-secret", CLIENT_SECRET),
            admin: Rest::new(&base).with("x-master-key", ADMIN_KEY),
            public: Rest::new(&base),
            mailbox,
            bank: Bank::new(ACCOUNT_TAIL),
            account_id: String::new(),
            mailbox_id: String::new(),
            broker,
            db,
            directory,
            ahead: SignedDuration::ZERO,
        }
    }

    /// The demo merchant with its mailbox and its account, which pays its proving payment.
    async fn open_shop(&mut self) {
        self.admin.post("/api/v1/admin/demo", &json!({})).await.ok();
        let mailbox = self
            .admin
            .post(
                "/api/v1/admin/mailboxes",
                &scoped(json!({
                    "host": mailbox::HOST,
                    "port": testkit::env::imaps_port(),
                    "username": self.mailbox.address(),
                    "password": self.mailbox.password(),
                })),
            )
            .await
            .ok();
        self.mailbox_id = id_of(&mailbox);
        let account = self
            .add_account("demo-shop@examplebank", ACCOUNT_TAIL, true)
            .await;
        self.account_id = account;
        self.prove(&self.account_id).await;
    }

    /// Another account of the merchant, bound to its mailbox, not proved yet.
    pub async fn add_account(&self, vpa: &str, tail: &str, dedicated: bool) -> String {
        let account = self
            .admin
            .post(
                "/api/v1/admin/accounts",
                &scoped(json!({
                    "vpa": vpa,
                    "payee_name": "Demo Shop",
                    "kind": "personal",
                    "dedicated": dedicated,
                    "bank": alerts::compose::demo_bank::CODE,
                    "account_tail": tail,
                    "mailbox_id": self.mailbox_id,
                    "registered_addresses": [self.mailbox.address()],
                })),
            )
            .await
            .ok();
        id_of(&account)
    }

    /// Makes the account's proving payment and waits until it is live.
    pub async fn prove(&self, account: &str) {
        let path = format!("/api/v1/admin/accounts/{account}/prove?{SCOPE}");
        let proof = self.admin.post(&path, &json!({})).await.ok();
        let amount = money(&proof["amount"]);
        self.pay(amount, None).await;
        let path = format!(
            "/api/v1/admin/accounts/proofs/{}?{SCOPE}",
            proof["id"].as_str().expect("an id")
        );
        until(PATIENCE, async || {
            let proof = self.admin.get(&path).await.ok();
            if proof["proved_at"].is_string() {
                Ok(())
            } else {
                Err(proof)
            }
        })
        .await;
    }

    /// An endpoint of the merchant for the default events, or for those listed.
    pub async fn add_hook(&self, url: &str, event_types: &[&str]) {
        let body = scoped(
            json!({ "url": url, "event_types": event_types, "secret": crate::hook::SECRET }),
        );
        self.admin
            .post("/api/v1/admin/webhook-endpoints", &body)
            .await
            .ok();
    }

    /// Asks for money, as the merchant.
    pub async fn create(&self, order_id: &str, rupees: &str) -> Value {
        let body = format!(r#"{{"amount":{rupees},"currency":"UPI","order_id":"{order_id}"}}"#);
        self.merchant
            .post_raw("/api/v1/intents/create-payment", body)
            .await
            .ok()
    }

    /// What the merchant sees of an intent, by order id or id.
    pub async fn intent(&self, key: &str) -> Value {
        self.merchant
            .get(&format!("/api/v1/intents/{key}"))
            .await
            .ok()
    }

    /// The status of the answer about an intent.
    pub async fn intent_status(&self, key: &str) -> u16 {
        self.merchant
            .get(&format!("/api/v1/intents/{key}"))
            .await
            .status
            .as_u16()
    }

    /// The intent with its proof, as the operator.
    pub async fn explain(&self, key: &str) -> Value {
        self.admin
            .get(&format!("/api/v1/admin/intents/{key}?{SCOPE}"))
            .await
            .ok()
    }

    /// What the operator reads there of the demo merchant, byte for byte.
    pub async fn admin_text(&self, path: &str) -> String {
        let answer = self.admin.get(&format!("{path}?{SCOPE}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// Money that fits no intent.
    pub async fn unmatched(&self) -> Vec<Value> {
        let answer = self
            .admin
            .get(&format!("/api/v1/admin/intents/unmatched?{SCOPE}"))
            .await
            .ok();
        list(answer)
    }

    /// Waits until the intent has this state (its own name, not the dialect's).
    pub async fn becomes(&self, key: &str, status: &str) -> Value {
        until(PATIENCE, async || {
            let intent = self.intent(key).await;
            if intent["sub_status"] == status {
                Ok(intent)
            } else {
                Err(intent)
            }
        })
        .await
    }

    /// A payment of this moment and its alert.
    pub async fn pay(&self, amount: Money, note: Option<&str>) -> Payment {
        let payment = self.bank.payment(amount, note, self.now());
        self.bank.tell(&payment, &self.mailbox).await;
        payment
    }

    /// The installation's present.
    pub fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test stands outside of the installation"
        )]
        let real = Timestamp::now();
        real + self.ahead
    }

    /// Moves the installation's clock on; the services follow within a second.
    pub async fn pass(&mut self, time: SignedDuration) {
        self.db.advance_clock(time).await;
        self.ahead += time;
    }

    pub fn service(&mut self, name: &str) -> &mut Process {
        self.services.get_mut(name).expect("a service")
    }

    pub fn start(&mut self, name: &str) {
        self.service(name).start();
    }

    /// Waits until every process is ready.
    pub async fn all_ready(&self) {
        for name in SERVICES {
            self.ready(name).await;
        }
    }

    /// Waits until one process is ready.
    pub async fn ready(&self, name: &str) {
        let process = &self.services[name];
        let probe = Rest::new(format!("http://{}", process.admin()));
        until(PATIENCE, async || {
            match probe.try_send(reqwest::Method::GET, "/readyz", None).await {
                Ok(answer) if answer.json()["status"] == "ready" => Ok(()),
                Ok(answer) => Err(format!("{name}: {}", answer.text)),
                Err(error) => Err(format!("{name}: {error}; {}", tail(&process.log()))),
            }
        })
        .await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // A failed test keeps its logs: the panic message of the test names none, so say where they are.
        if std::thread::panicking() {
            eprintln!("the services' logs are in {}", self.directory.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}

/// The demo merchant in test mode.
pub const SCOPE: &str = "merchant_id=550e8400-e29b-41d4-a716-446655440000&mode=test";

/// The same for a body.
pub fn scoped(mut body: Value) -> Value {
    body["merchant_id"] = MERCHANT.into();
    body["mode"] = "test".into();
    body
}

/// An amount of an answer, exactly.
pub fn money(number: &Value) -> Money {
    Money::parse_json_number(&number.to_string(), domain::Currency::Inr).expect("an amount")
}

/// The reference code in a payment URI's `tn`.
pub fn code_of(intent: &Value) -> String {
    let uri = intent["payment_uri"].as_str().expect("a URI");
    let note = uri.split("&tn=").nth(1).expect("a note");
    note.split('&').next().unwrap_or(note).to_owned()
}

/// The items of a list answer.
pub fn list(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items,
        Value::Object(members) => members
            .into_iter()
            .find_map(|(_, value)| match value {
                Value::Array(items) => Some(items),
                _ => None,
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
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

fn common_settings(directory: &std::path::Path, http: &str) -> BTreeMap<String, String> {
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

fn id_of(answer: &Value) -> String {
    let id = answer["id"].as_str().or_else(|| {
        let members = answer.as_object()?;
        members.values().find_map(|m| m["id"].as_str())
    });
    id.unwrap_or_else(|| panic!("no id in {answer}")).to_owned()
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
