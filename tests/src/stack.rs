//! Every service as a process, with its own database, broker and mailbox, and a merchant who is ready to be paid.

use crate::answers::tail;
use crate::bank::Bank;
use crate::process::{Process, SERVICES};
use crate::rest::Rest;
use crate::settings::{ADMIN_KEY, Addresses, Settings, common, roles};
use domain::event::Producer;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::PathBuf;
use testkit::wait::{PATIENCE, until};
use testkit::{ChaosProxy, TestBroker, TestDb, TestMailbox};

const CLIENT_ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const CLIENT_SECRET: &str = "sk_test_demo";
/// The last digits of the merchant's account, as the bank prints them.
pub(crate) const ACCOUNT_TAIL: &str = "6604";

/// A whole installation.
pub struct Stack {
    // Fields are dropped in order: processes first, then what they use.
    services: BTreeMap<String, Process>,
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
    common: Settings,
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
        stack.begin().await;
        stack
    }

    /// Everything set up, nothing started: [`Stack::begin`] does that.
    pub async fn prepare(extra: &[(&str, &str)]) -> Self {
        let (db, broker) = (TestDb::new().await, TestBroker::new().await);
        let mailbox = TestMailbox::new().await;
        let directory =
            std::env::temp_dir().join(format!("noxpay-e2e-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let addresses = Addresses::free();
        let mut common = common(&directory, addresses.http);
        common.extend(
            extra
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        );
        let base = format!("http://{}", addresses.http);
        let mut stack = Self {
            services: BTreeMap::new(),
            merchant: merchant_at(&base),
            admin: Rest::new(&base).with("x-master-key", ADMIN_KEY),
            public: Rest::new(&base),
            mailbox,
            bank: Bank::new(ACCOUNT_TAIL),
            account_id: String::new(),
            mailbox_id: String::new(),
            broker,
            db,
            common,
            directory,
            ahead: SignedDuration::ZERO,
        };
        stack.add_processes(&addresses, "");
        stack
    }

    /// Starts a second process of every service, named `<service>-2`, which know each other. The merchant as a client of
    /// the second gateway.
    pub async fn add_replicas(&mut self) -> Rest {
        let addresses = Addresses::free();
        self.add_processes(&addresses, REPLICA);
        for program in SERVICES {
            self.start(&format!("{program}{REPLICA}"));
        }
        self.all_ready().await;
        merchant_at(&format!("http://{}", addresses.http))
    }

    /// Starts a further process of one service.
    pub async fn add_replica(&mut self, program: &str, name: &str) {
        let addresses = Addresses::free();
        let settings = addresses.settings(&self.common, &self.db, &self.broker);
        for (program, env) in settings.into_iter().filter(|(p, _)| *p == program) {
            let process = Process::new(program, name, env, &self.directory);
            self.services.insert(name.to_owned(), process);
        }
        self.start(name);
        self.ready(name).await;
    }

    fn add_processes(&mut self, addresses: &Addresses, suffix: &str) {
        for (name, env) in addresses.settings(&self.common, &self.db, &self.broker) {
            let label = format!("{name}{suffix}");
            let process = Process::new(name, &label, env, &self.directory);
            self.services.insert(label, process);
        }
    }

    /// From its next start on, every process reaches PostgreSQL through the proxy.
    pub fn postgres_via(&mut self, proxy: &ChaosProxy) {
        for process in self.services.values_mut() {
            let [request, worker] =
                roles(process.program()).map(|role| self.db.url_via(&role, proxy.address()));
            process.set("NOXPAY_DATABASE_REQUEST_URL", request);
            process.set("NOXPAY_DATABASE_WORKER_URL", worker);
        }
    }

    /// From its next start on, every process reaches RabbitMQ through the proxy.
    pub fn broker_via(&mut self, proxy: &ChaosProxy) {
        for name in self.names() {
            self.one_broker_via(&name, proxy);
        }
    }

    /// The same for one process.
    pub fn one_broker_via(&mut self, name: &str, proxy: &ChaosProxy) {
        let producer = Producer::parse(self.service(name).program()).expect("a service");
        let url = self.broker.url_via(producer, proxy.address());
        self.set(name, "NOXPAY_BROKER_URL", &url);
    }

    /// Starts every process and opens the shop.
    pub async fn begin(&mut self) {
        for process in self.services.values() {
            process.start();
        }
        self.all_ready().await;
        self.open_shop().await;
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

    /// What every process is told under this name.
    pub(crate) fn setting(&self, variable: &str) -> &str {
        self.common.get(variable).expect("a setting")
    }

    pub fn service(&self, name: &str) -> &Process {
        self.services.get(name).expect("a service")
    }

    pub fn start(&self, name: &str) {
        self.service(name).start();
    }

    /// A setting of one process, from its next start on.
    pub fn set(&mut self, name: &str, variable: &str, value: &str) {
        let process = self.services.get_mut(name).expect("a service");
        process.set(variable, value);
    }

    /// The names of all processes.
    pub fn names(&self) -> Vec<String> {
        self.services.keys().cloned().collect()
    }

    /// Waits until every process is ready.
    pub async fn all_ready(&self) {
        for name in self.services.keys() {
            self.ready(name).await;
        }
    }

    /// Waits until one process is ready.
    pub async fn ready(&self, name: &str) {
        let process = &self.services[name];
        until(PATIENCE, async || match self.readiness(name).await {
            Ok((_, body)) if body["status"] == "ready" => Ok(()),
            Ok((_, body)) => Err(format!("{name}: {body}")),
            Err(error) => Err(format!("{name}: {error}; {}", tail(&process.log()))),
        })
        .await;
    }

    /// What a process answers to `/readyz`: status and body.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn readiness(&self, name: &str) -> Result<(u16, serde_json::Value), reqwest::Error> {
        let answer = self.probe(name, "/readyz").await?;
        Ok((answer.status.as_u16(), answer.json()))
    }

    /// A figure of a process, from the metrics that it serves; 0 where it has none.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn metric(&self, name: &str, metric: &str) -> Result<f64, reqwest::Error> {
        let page = self.probe(name, "/metrics").await?.text;
        let found = page.lines().find_map(|line| {
            let value = line.strip_prefix(metric)?.strip_prefix(' ')?;
            value.trim().parse().ok()
        });
        Ok(found.unwrap_or(0.0))
    }

    /// What a process's admin listener answers.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn probe(&self, name: &str, path: &str) -> Result<crate::Answer, reqwest::Error> {
        let probe = Rest::new(format!("http://{}", self.services[name].admin()));
        probe.try_send(reqwest::Method::GET, path, None).await
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

/// What a second process's name ends with.
pub const REPLICA: &str = "-2";

fn merchant_at(base: &str) -> Rest {
    Rest::new(base)
        .with("x-client-id", CLIENT_ID)
        .with("x-client-secret", CLIENT_SECRET)
}
