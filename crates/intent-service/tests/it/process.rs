//! The whole process, in this one: real gRPC, a real broker, a database of its own.

use crate::support::mailbox;
use bus::topology::WEBHOOK_DISPATCHER;
use db::Schema;
use domain::event::{Envelope, Event, IntentSnapshot, MailSourceChanged, Observation, Producer};
use domain::evidence::{Direction, PaymentMode, Proof, RailClass, Strength};
use domain::ids::{AccountId, MerchantId, ObservationId};
use domain::text::ShortText;
use domain::{Clock, Interval};
use intent_service::Running;
use intent_service::config::Config;
use proto::intent as pb;
use proto::intent::intent_service_client::IntentServiceClient;
use proto::{Fault, convert};
use runtime::internal::{CallContext, InternalChannel, InternalSettings, channel};
use runtime::shutdown::Ending;
use runtime::{Env, Shutdown};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use testkit::{TestBroker, TestDb, wait};
use uuid::Uuid;

const TOKEN: &str = "a token of this installation";

pub(crate) struct Process {
    pub(crate) broker: TestBroker,
    pub(crate) running: Running,
    pub(crate) shutdown: Shutdown,
    pub(crate) client: IntentServiceClient<InternalChannel>,
    seq: AtomicI64,
    // Last: everything that uses it goes first.
    pub(crate) db: TestDb,
}

impl Process {
    pub(crate) async fn start() -> Self {
        let db = TestDb::new().await;
        let (request, worker) = (
            db.url(Schema::Intents.request_role()),
            db.url(Schema::Intents.worker_role()),
        );
        Self::start_with(db, request, worker).await
    }

    /// With database URLs that lead through a proxy.
    pub(crate) async fn start_via(proxy: SocketAddr, db: TestDb) -> Self {
        let (request, worker) = (
            db.url_via(Schema::Intents.request_role(), proxy),
            db.url_via(Schema::Intents.worker_role(), proxy),
        );
        Self::start_with(db, request, worker).await
    }

    async fn start_with(db: TestDb, request: String, worker: String) -> Self {
        let broker = TestBroker::new().await;
        broker.declare().await;
        let url = broker.url(Producer::IntentService);
        let env = Env::from_map([
            ("NOXPAY_ENV", "development"),
            ("NOXPAY_INTERNAL_TOKEN", TOKEN),
            ("NOXPAY_GRPC_LISTEN", "127.0.0.1:0"),
            ("NOXPAY_ADMIN_LISTEN", "127.0.0.1:0"),
            ("NOXPAY_DATABASE_REQUEST_URL", request.as_str()),
            ("NOXPAY_DATABASE_WORKER_URL", worker.as_str()),
            ("NOXPAY_BROKER_URL", url.as_str()),
            ("NOXPAY_PEPPER", "a pepper"),
        ]);
        let shutdown = Shutdown::new();
        let config: Config = env.load().unwrap();
        let running = intent_service::run(config, shutdown.clone()).await.unwrap();
        Self {
            client: client(running.grpc, "api-gateway"),
            broker,
            running,
            shutdown,
            seq: AtomicI64::new(0),
            db,
        }
    }

    /// A merchant's account that takes intents, proved by its own payment.
    pub(crate) async fn proved_account(&self, merchant: Uuid) -> AccountId {
        let request = call(merchant).request(pb::CreateAccountRequest {
            vpa: "shop@okbank".to_owned(),
            payee_name: "My Store".to_owned(),
            kind: pb::AccountKind::Personal.into(),
            dedicated: true,
            bank: "EXAMPLEBANK".to_owned(),
            account_tail: "4321".to_owned(),
            ..pb::CreateAccountRequest::default()
        });
        let account = self.client.clone().create_account(request).await.unwrap();
        let account_id: AccountId = account.into_inner().id.parse().unwrap();
        self.publish(Event::MailSourceChanged(MailSourceChanged {
            source_id: mailbox(1),
            source_seq: self.next_seq(),
            account_ids: vec![account_id],
            counting: true,
            since: Clock::new().now(),
        }))
        .await;
        let request = call(merchant).request(pb::StartProofRequest {
            account_id: account_id.to_string(),
        });
        let proof = self.client.clone().start_proof(request).await.unwrap();
        let payable = convert::reply_money(proof.into_inner().payable.as_ref()).unwrap();
        self.pay(merchant, account_id, payable.minor(), "").await;
        wait::until(wait::PATIENCE, async || {
            let request = call(merchant).request(pb::ListAccountsRequest {});
            let listed = self.client.clone().list_accounts(request).await.unwrap();
            match listed.into_inner().accounts[0].status() {
                pb::AccountStatus::Live => Ok(()),
                other => Err(other),
            }
        })
        .await;
        account_id
    }

    pub(crate) async fn create(&self, merchant: Uuid, order: &str) -> Result<pb::Intent, Fault> {
        let request = call(merchant).request(pb::CreateIntentRequest {
            order_id: order.to_owned(),
            amount: Some(convert::money(domain::Money::inr(49_900))),
            credential_class: pb::CredentialClass::Secret.into(),
            fingerprint: vec![7; 32],
            ..pb::CreateIntentRequest::default()
        });
        let reply = self.client.clone().create_intent(request).await?;
        Ok(reply.into_inner().intent.unwrap())
    }

    /// Waits until the order is in that state.
    pub(crate) async fn wait_for(&self, merchant: Uuid, order: &str, status: pb::IntentStatus) {
        wait::until(wait::PATIENCE, async || {
            let key = pb::get_intent_request::Key::OrderId(order.to_owned());
            let request = call(merchant).request(pb::GetIntentRequest { key: Some(key) });
            match self.client.clone().get_intent(request).await {
                Ok(intent) if intent.get_ref().status() == status => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }

    pub(crate) fn next_seq(&self) -> i64 {
        self.seq.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) async fn publish(&self, event: Event) {
        let envelope = Envelope::new(Producer::ImapVerifier, Clock::new().now(), event);
        self.broker.publish(&envelope).await;
    }

    /// A bank's alert of this moment, told by a merchant's mailbox.
    pub(crate) async fn pay(&self, merchant: Uuid, account: AccountId, paise: i64, note: &str) {
        let now = Clock::new().now();
        let source_seq = self.next_seq();
        let told = Observation {
            observation_id: ObservationId::new(),
            source_id: mailbox(1),
            source_seq,
            live: true,
            merchant_id: MerchantId::from_uuid(merchant),
            account_id: account,
            rail_class: RailClass::Inr,
            reference: (632_500_000_000 + source_seq).to_string(),
            strength: Strength::Strong,
            direction: Direction::Credit,
            mode: PaymentMode::Upi,
            amount: domain::Money::inr(paise),
            interval: Interval::second(now),
            payer_vpa: None,
            payer_name: None,
            note: ShortText::non_empty(note),
            seen_at: now,
            proof: Proof {
                method: "test".to_owned(),
                domain: "alerts.examplebank.test".to_owned(),
                rule_id: "examplebank.upi-credit".to_owned(),
                rule_version: 1,
                message_digest: "00ff".to_owned(),
                selector: None,
                binding: None,
            },
        };
        self.publish(Event::ObservationRecorded(Box::new(told)))
            .await;
    }

    /// Waits for so many events about intents, and takes them out of the dispatcher's queue.
    pub(crate) async fn published(&self, count: u32) -> Vec<(String, IntentSnapshot)> {
        let queue = WEBHOOK_DISPATCHER.name;
        wait::until(wait::PATIENCE, async || {
            match self.broker.depth(queue).await {
                depth if depth >= count => Ok(()),
                depth => Err(depth),
            }
        })
        .await;
        let messages = self.broker.drain(queue).await;
        let read = |data: &[u8]| match Envelope::from_json(data).unwrap().event {
            Event::Intent(kind, snapshot) => (kind.as_str().to_owned(), *snapshot),
            other => panic!("{other:?}"),
        };
        messages.iter().map(|m| read(&m.data)).collect()
    }

    /// Stops as SIGTERM does.
    pub(crate) async fn stop(&self) -> Ending {
        self.shutdown.begin();
        self.shutdown.finished(Duration::from_secs(20)).await
    }
}

pub(crate) fn client(at: SocketAddr, caller: &'static str) -> IntentServiceClient<InternalChannel> {
    let uri = format!("http://{at}").parse().unwrap();
    let settings = InternalSettings::plain(TOKEN);
    IntentServiceClient::new(channel(&uri, &settings, caller).unwrap())
}

pub(crate) fn call(merchant: Uuid) -> CallContext {
    CallContext {
        merchant: Some(merchant),
        live: Some(true),
        actor: "key:1".to_owned(),
        request_id: "r-1".to_owned(),
    }
}
