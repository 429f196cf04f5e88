//! One running service with a database, a broker and a merchant of its own.

use crate::bank;
use diesel_async::RunQueryDsl as _;
use domain::event::{Envelope, Event, MailSourceChanged, MailWatermark, Observation, Producer};
use imap_verifier::{Config, Running};
use proto::mail;
use proto::mail::mail_service_client::MailServiceClient;
use runtime::internal::{CallContext, InternalChannel, InternalSettings, channel};
use runtime::{Env, Shutdown};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use testkit::mailbox::HOST;
use testkit::{TestBroker, TestDb, TestMailbox, env, wait};
use uuid::Uuid;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SEALING: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const QUEUE: &str = "noxpay.intent-service";

/// What a service under test is told.
pub(crate) type Variables = BTreeMap<&'static str, String>;

pub(crate) struct Stack {
    pub(crate) merchant: Uuid,
    pub(crate) running: Running,
    client: MailServiceClient<InternalChannel>,
    events: Mutex<Vec<Envelope>>,
    pub(crate) shutdown: Shutdown,
    pub(crate) broker: TestBroker,
    pub(crate) db: TestDb,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Variables)) -> Self {
        Self::with_servers(|_, _, variables| change(variables)).await
    }

    /// `change` may lead the service to its servers through a proxy.
    pub(crate) async fn with_servers(
        change: impl FnOnce(&TestDb, &TestBroker, &mut Variables),
    ) -> Self {
        runtime::install_crypto();
        let (db, broker) = (TestDb::new().await, TestBroker::new().await);
        broker.declare().await;
        let mut variables = variables(&db, &broker);
        change(&db, &broker, &mut variables);
        let shutdown = Shutdown::new();
        let running = run(variables, &shutdown).await;
        let uri = format!("http://{}", running.grpc).parse().unwrap();
        let channel = channel(&uri, &InternalSettings::plain(TOKEN), "api-gateway").unwrap();
        Self {
            merchant: Uuid::now_v7(),
            running,
            client: MailServiceClient::new(channel),
            events: Mutex::default(),
            shutdown,
            broker,
            db,
        }
    }

    /// A further replica; it lives as long as the shutdown that it is given.
    pub(crate) async fn replica(&self, shutdown: &Shutdown) -> Running {
        self.replica_with(shutdown, |_| {}).await
    }

    pub(crate) async fn replica_with(
        &self,
        shutdown: &Shutdown,
        change: impl FnOnce(&mut Variables),
    ) -> Running {
        let mut variables = variables(&self.db, &self.broker);
        change(&mut variables);
        run(variables, shutdown).await
    }

    pub(crate) fn client(&self) -> MailServiceClient<InternalChannel> {
        self.client.clone()
    }

    pub(crate) fn call<T>(&self, message: T) -> tonic::Request<T> {
        self.call_as(self.merchant, message)
    }

    pub(crate) fn call_as<T>(&self, merchant: Uuid, message: T) -> tonic::Request<T> {
        let context = CallContext {
            merchant: Some(merchant),
            live: Some(true),
            actor: "admin".to_owned(),
            request_id: "test".to_owned(),
        };
        context.request(message)
    }

    /// Adds `mailbox` and binds an account with [`bank::TAIL`] at the demo bank to it.
    pub(crate) async fn watch(&self, mailbox: &TestMailbox) -> Watched {
        let id = self.add(added(mailbox)).await;
        let account = self
            .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
            .await;
        Watched { id, account }
    }

    pub(crate) async fn add(&self, request: mail::AddMailboxRequest) -> String {
        let added = self.client().add_mailbox(self.call(request)).await.unwrap();
        added.into_inner().id
    }

    pub(crate) async fn bind(&self, mailbox: &str, bank: &str, tail: &str, address: &str) -> Uuid {
        let account = Uuid::now_v7();
        let request = mail::BindRequest {
            mailbox_id: mailbox.to_owned(),
            account_id: account.to_string(),
            bank: bank.to_owned(),
            account_tail: tail.to_owned(),
            payee_vpa: String::new(),
            registered_addresses: vec![address.to_owned()],
            apps: Vec::new(),
        };
        self.client().bind(self.call(request)).await.unwrap();
        account
    }

    pub(crate) async fn set_state(
        &self,
        mailbox: &str,
        state: mail::MailboxState,
    ) -> mail::Mailbox {
        let request = mail::SetMailboxStateRequest {
            mailbox_id: mailbox.to_owned(),
            state: state.into(),
        };
        self.client()
            .set_mailbox_state(self.call(request))
            .await
            .unwrap()
            .into_inner()
    }

    pub(crate) async fn mailbox(&self, id: &str) -> mail::Mailbox {
        let listed = self
            .client()
            .list_mailboxes(self.call(mail::ListMailboxesRequest {}))
            .await
            .unwrap();
        listed
            .into_inner()
            .mailboxes
            .into_iter()
            .find(|m| m.id == id)
            .unwrap()
    }

    pub(crate) async fn messages(&self) -> Vec<mail::Message> {
        let listed = self
            .client()
            .list_messages(self.call(mail::ListMessagesRequest {
                limit: 200,
                ..Default::default()
            }))
            .await
            .unwrap();
        listed.into_inner().messages
    }

    /// Waits until so many mails have a verdict, and gives them back in the order of reading, as (verdict, reason).
    pub(crate) async fn verdicts(&self, count: usize) -> Vec<(String, String)> {
        wait::until(wait::PATIENCE, async || {
            let messages = self.messages().await;
            // Sorted: the mail server may number mails that come at once in another order.
            let mut verdicts: Vec<_> = messages
                .into_iter()
                .map(|m| (m.verdict, m.reason))
                .collect();
            verdicts.sort();
            if verdicts.len() >= count {
                Ok(verdicts)
            } else {
                Err(verdicts)
            }
        })
        .await
    }

    /// Everything that was said so far: what waits in the outbox is on its way.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.published().await;
        let fresh = self.broker.drain(QUEUE).await;
        let mut events = self.events.lock().unwrap();
        events.extend(fresh.iter().map(|d| Envelope::from_json(&d.data).unwrap()));
        assert!(events.iter().all(|e| e.producer == Producer::ImapVerifier));
        events.iter().map(|e| e.event.clone()).collect()
    }

    /// Waits until the relay has sent what is in the outbox now.
    async fn published(&self) {
        let mut conn = self.db.admin().await;
        let last: Waiting =
            diesel::sql_query("SELECT coalesce(max(id), 0) AS number FROM mail.outbox")
                .get_result(&mut conn)
                .await
                .unwrap();
        let left = format!(
            "SELECT count(*) AS number FROM mail.outbox WHERE id <= {}",
            last.number
        );
        wait::until(wait::PATIENCE, async || {
            let left: Waiting = diesel::sql_query(&left)
                .get_result(&mut conn)
                .await
                .unwrap();
            if left.number == 0 {
                Ok(())
            } else {
                Err(left.number)
            }
        })
        .await;
    }

    /// Each source's in the order of its sequence, which the queue need not keep.
    pub(crate) async fn observations(&self) -> Vec<Observation> {
        let events = self.events().await.into_iter();
        let observation = |e| match e {
            Event::ObservationRecorded(o) => Some(*o),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(observation).collect();
        found.sort_by_key(|o| (o.source_id, o.source_seq));
        found
    }

    /// Waits for so many observations; more than that are a failure.
    pub(crate) async fn observed(&self, count: usize) -> Vec<Observation> {
        let found = wait::until(wait::PATIENCE, async || {
            let found = self.observations().await;
            if found.len() >= count {
                Ok(found)
            } else {
                Err(found.len())
            }
        })
        .await;
        assert_eq!(found.len(), count);
        found
    }

    pub(crate) async fn watermarks(&self) -> Vec<MailWatermark> {
        let events = self.events().await.into_iter();
        let watermark = |e| match e {
            Event::MailWatermark(w) => Some(w),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(watermark).collect();
        found.sort_by_key(|w| w.up_to);
        found
    }

    pub(crate) async fn source_changes(&self) -> Vec<MailSourceChanged> {
        let events = self.events().await.into_iter();
        let change = |e| match e {
            Event::MailSourceChanged(c) => Some(c),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(change).collect();
        found.sort_by_key(|c| (c.source_id, c.source_seq));
        found
    }

    /// Waits until a scan that began after now has found nothing new: everything delivered before was read.
    pub(crate) async fn caught_up(&self, mailbox: &str) {
        let now = domain::Clock::new().now();
        wait::until(wait::PATIENCE, async || {
            let watermark = self.mailbox(mailbox).await.watermark;
            let watermark = proto::convert::parse_timestamp(watermark.as_ref());
            if watermark.is_some_and(|w| w > now) {
                Ok(())
            } else {
                Err(watermark)
            }
        })
        .await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// A mailbox and the account that is bound to it.
pub(crate) struct Watched {
    pub(crate) id: String,
    pub(crate) account: Uuid,
}

pub(crate) fn added(mailbox: &TestMailbox) -> mail::AddMailboxRequest {
    mail::AddMailboxRequest {
        host: HOST.to_owned(),
        port: env::imaps_port().into(),
        username: mailbox.address().to_owned(),
        password: mailbox.password().to_owned(),
        folder: String::new(),
        oauth2: None,
    }
}

async fn run(variables: Variables, shutdown: &Shutdown) -> Running {
    let config: Config = Env::from_map(variables).load().unwrap();
    imap_verifier::run(config, shutdown.clone()).await.unwrap()
}

fn variables(db: &TestDb, broker: &TestBroker) -> Variables {
    let pins = format!(
        "{}/pins-{}.json",
        env!("CARGO_TARGET_TMPDIR"),
        Uuid::new_v4()
    );
    std::fs::write(&pins, bank::pins().to_string()).unwrap();
    [
        ("NOXPAY_ENV", "development".to_owned()),
        ("NOXPAY_GRPC_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_INTERNAL_TOKEN", TOKEN.to_owned()),
        ("NOXPAY_SEALING_KEYS", SEALING.to_owned()),
        ("NOXPAY_BROKER_URL", broker.url(Producer::ImapVerifier)),
        ("NOXPAY_DATABASE_REQUEST_URL", db.url("mail_request")),
        ("NOXPAY_DATABASE_WORKER_URL", db.url("mail_worker")),
        ("NOXPAY_EGRESS_ALLOW", "127.0.0.0/8,::1/128".to_owned()),
        (
            "NOXPAY_IMAP_CA",
            env::imap_ca().to_string_lossy().into_owned(),
        ),
        ("NOXPAY_DNS_PINS", pins),
        ("NOXPAY_WATERMARK_MS", "300".to_owned()),
        ("NOXPAY_LEASE_TTL_MS", "2000".to_owned()),
    ]
    .into()
}

/// Runs what blocks away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Long enough for several looks at a mailbox.
pub(crate) const A_WHILE: Duration = Duration::from_secs(20);

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}
