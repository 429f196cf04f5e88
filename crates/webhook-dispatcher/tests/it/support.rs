//! A running dispatcher, its merchant, and a receiver.

use domain::event::{Envelope, Event, IntentEvent, IntentSnapshot, Producer};
use domain::ids::{IntentId, MerchantId};
use domain::{Mode, Money, OrderId, StatusName};
use jiff::{SignedDuration, Timestamp};
use proto::webhook as wire;
use proto::webhook::webhook_service_client::WebhookServiceClient;
use runtime::internal::{self, CallContext, InternalChannel, InternalSettings};
use runtime::{Env, Shutdown};
use testkit::{TestBroker, TestDb};
use tonic::{Request, Status};
use webhook_dispatcher::Config;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request as Received, ResponseTemplate};

pub(crate) const SECRET: &str = "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==";
const TOKEN: &str = "an-internal-token-that-only-this-test-knows";

pub(crate) struct Dispatcher {
    pub(crate) db: TestDb,
    pub(crate) broker: TestBroker,
    pub(crate) merchant: MerchantId,
    pub(crate) receiver: MockServer,
    client: WebhookServiceClient<InternalChannel>,
    shutdown: Shutdown,
}

impl Dispatcher {
    pub(crate) async fn start() -> Self {
        Self::with([]).await
    }

    pub(crate) async fn with<const N: usize>(extra: [(&str, &str); N]) -> Self {
        runtime::install_crypto();
        let (db, broker) = (TestDb::new().await, TestBroker::new().await);
        let settings = settings(&db, &broker);
        let mut env: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        env.extend(extra);
        let config: Config = Env::from_map(env).load().unwrap();
        let shutdown = Shutdown::new();
        let running = webhook_dispatcher::run(config, shutdown.clone())
            .await
            .unwrap();
        let endpoint = format!("http://{}", running.grpc).parse().unwrap();
        let channel = internal::channel(&endpoint, &InternalSettings::plain(TOKEN), "api-gateway");
        Self {
            db,
            broker,
            merchant: MerchantId::new(),
            receiver: MockServer::start().await,
            client: WebhookServiceClient::new(channel.unwrap()),
            shutdown,
        }
    }

    /// A call of the gateway for the test's merchant in test mode.
    pub(crate) fn call<T>(&self, message: T) -> Request<T> {
        self.call_as(self.merchant, Mode::Test, message)
    }

    pub(crate) fn call_as<T>(&self, merchant: MerchantId, mode: Mode, message: T) -> Request<T> {
        CallContext {
            merchant: Some(merchant.uuid()),
            live: Some(mode.is_live()),
            actor: "test".to_owned(),
            request_id: "r".to_owned(),
        }
        .request(message)
    }

    pub(crate) fn client(&self) -> WebhookServiceClient<InternalChannel> {
        self.client.clone()
    }

    /// An endpoint at the receiver, with the demo secret.
    pub(crate) async fn endpoint(&self, event_types: &[&str]) -> Result<wire::Endpoint, Status> {
        let url = format!("{}/hook", self.receiver.uri());
        self.add(wire::AddEndpointRequest {
            event_types: event_types.iter().map(|t| (*t).to_owned()).collect(),
            ..at(url)
        })
        .await
    }

    pub(crate) async fn add(
        &self,
        request: wire::AddEndpointRequest,
    ) -> Result<wire::Endpoint, Status> {
        let added = self.client().add_endpoint(self.call(request)).await?;
        Ok(added.into_inner().endpoint.unwrap())
    }

    pub(crate) async fn look(&self, endpoint: &wire::Endpoint) -> wire::Endpoint {
        let request = wire::EndpointRequest {
            endpoint_id: endpoint.id.clone(),
        };
        let found = self.client().get_endpoint(self.call(request)).await;
        found.unwrap().into_inner()
    }

    /// Moves the clock of business rules.
    pub(crate) async fn advance(&self, seconds: i64) {
        self.db
            .advance_clock(SignedDuration::from_secs(seconds))
            .await;
    }

    /// The receiver answers so from now on.
    pub(crate) async fn answers(&self, answer: ResponseTemplate) {
        Mock::given(any())
            .respond_with(answer)
            .mount(&self.receiver)
            .await;
    }

    /// Waits until the receiver got `count` requests.
    pub(crate) async fn received(&self, count: usize) -> Vec<Received> {
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            let got = self.receiver.received_requests().await.unwrap_or_default();
            if got.len() >= count {
                Ok(got)
            } else {
                Err(format!("{} requests", got.len()))
            }
        })
        .await
    }

    pub(crate) async fn deliveries(&self) -> Vec<wire::Delivery> {
        let request = self.call(wire::ListDeliveriesRequest::default());
        self.client()
            .list_deliveries(request)
            .await
            .unwrap()
            .into_inner()
            .deliveries
    }

    /// Waits until every delivery has this state.
    pub(crate) async fn all_are(&self, state: &str) -> Vec<wire::Delivery> {
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            let all = self.deliveries().await;
            let done = !all.is_empty() && all.iter().all(|d| d.state == state);
            if done {
                Ok(all)
            } else {
                Err(format!("{all:?}"))
            }
        })
        .await
    }

    /// What happens to one intent, in its order: entering these states with the numbers 1, 2, …
    pub(crate) fn story(&self, states: &[StatusName]) -> Vec<Envelope> {
        let intent = IntentId::random();
        (1..)
            .zip(states)
            .map(|(sequence, state)| {
                let mut envelope = self.settled();
                if let Event::Intent(kind, snapshot) = &mut envelope.event {
                    *kind = IntentEvent::Entered(*state);
                    snapshot.intent_id = intent;
                    snapshot.sequence = sequence;
                    snapshot.status = *state;
                }
                envelope
            })
            .collect()
    }

    /// What intent-service would say of this merchant's intent.
    pub(crate) fn settled(&self) -> Envelope {
        let now: Timestamp = "2026-11-21T10:01:00Z".parse().unwrap();
        let snapshot = IntentSnapshot {
            intent_id: IntentId::random(),
            merchant_id: self.merchant,
            live: false,
            order_id: OrderId::parse("ORDER-1").unwrap(),
            sequence: 1,
            status: StatusName::Settled,
            previous_status: Some(StatusName::Pending),
            review_reason: None,
            proof: None,
            amount: Money::inr(49_900),
            payable: Money::inr(49_899),
            adjustment: Money::inr(-1),
            received: Money::inr(49_899),
            excess: Money::inr(0),
            late: false,
            created_at: now,
            expires_at: now,
            settled_at: Some(now),
            paid_at: Some(now),
            amount_trusted: true,
            metadata: None,
            redirect_url: None,
            evidence: vec![],
        };
        let event = Event::Intent(
            IntentEvent::Entered(StatusName::Settled),
            Box::new(snapshot),
        );
        Envelope::new(Producer::IntentService, now, event)
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

fn settings(db: &TestDb, broker: &TestBroker) -> Vec<(&'static str, String)> {
    vec![
        ("NOXPAY_ENV", "development".to_owned()),
        ("NOXPAY_GRPC_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
        ("NOXPAY_DATABASE_REQUEST_URL", db.url("webhooks_request")),
        ("NOXPAY_DATABASE_WORKER_URL", db.url("webhooks_worker")),
        ("NOXPAY_BROKER_URL", broker.url(Producer::WebhookDispatcher)),
        ("NOXPAY_INTERNAL_TOKEN", TOKEN.to_owned()),
        (
            "NOXPAY_SEALING_KEYS",
            "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned(),
        ),
        ("NOXPAY_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
        ("NOXPAY_WEBHOOK_SCHEDULE_S", "0,1,1".to_owned()),
    ]
}

/// A header's text.
pub(crate) fn header<'a>(request: &'a Received, name: &str) -> &'a str {
    request.headers.get(name).unwrap().to_str().unwrap()
}

/// An endpoint there, with the demo secret.
pub(crate) fn at(url: String) -> wire::AddEndpointRequest {
    wire::AddEndpointRequest {
        url,
        secret: SECRET.to_owned(),
        ..wire::AddEndpointRequest::default()
    }
}

/// The numbers that requests carry, in the order of their arrival.
pub(crate) fn sequences(requests: &[Received]) -> Vec<i64> {
    let sequence = |request: &Received| {
        let body: serde_json::Value = request.body_json().unwrap();
        body["sequence"].as_i64().unwrap()
    };
    requests.iter().map(sequence).collect()
}
