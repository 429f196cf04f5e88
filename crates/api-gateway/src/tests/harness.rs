use crate::app::{App, Flags};
use crate::auth::revocation;
use crate::server::application;
use crate::{Config, assemble};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use runtime::{Env, Health, Shutdown};
use serde_json::Value;
use testkit::TestDb;

pub(crate) const ADMIN_KEY: &str = "an admin key for tests, long enough for all";

/// A gateway whose other services are away.
pub(crate) struct Gateway {
    pub app: Data<App>,
    pub shutdown: Shutdown,
    // Dropped last.
    pub db: TestDb,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: actix_web::http::header::HeaderMap,
    pub body: String,
}

impl Gateway {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn production() -> Self {
        let production = [
            ("NOXPAY_ENV", "production"),
            ("NOXPAY_PUBLIC_URL", "https://pay.example.com"),
        ];
        Self::with(&production).await
    }

    /// With settings of its own.
    pub(crate) async fn with(changes: &[(&str, &str)]) -> Self {
        let db = TestDb::new().await;
        let request = db.url("gateway_request");
        let worker = db.url("gateway_worker");
        let settings = [
            ("NOXPAY_ENV", "development"),
            (
                "NOXPAY_INTERNAL_TOKEN",
                "a token for tests, long enough for all",
            ),
            ("NOXPAY_PEPPER", "a pepper for tests, long enough for all"),
            ("NOXPAY_ADMIN_KEY", ADMIN_KEY),
            ("NOXPAY_DATABASE_REQUEST_URL", request.as_str()),
            ("NOXPAY_DATABASE_WORKER_URL", worker.as_str()),
            ("NOXPAY_BROKER_URL", "amqp://api-gateway:x@127.0.0.1:1/%2f"),
            // Nobody listens on the first port.
            ("NOXPAY_INTENT_GRPC_URL", "http://127.0.0.1:1"),
            ("NOXPAY_MAIL_GRPC_URL", "http://127.0.0.1:1"),
            ("NOXPAY_WEBHOOK_GRPC_URL", "http://127.0.0.1:1"),
        ];
        let settings = settings.iter().chain(changes).map(|(k, v)| (*k, *v));
        let config: Config = Env::from_map(settings).load().unwrap();
        let health = Health::new();
        let flags = Flags {
            postgres: health.required("postgres"),
            rabbitmq: health.degrading("rabbitmq"),
            intents: health.degrading("intent-service"),
            revocations: health.degrading("revocations"),
        };
        let app = Data::new(assemble(config, flags).unwrap());
        Self {
            app,
            shutdown: Shutdown::new(),
            db,
        }
    }

    /// Listens for revocations; returns once the link stands.
    pub(crate) async fn listen(&self) {
        let listening = revocation::listen(
            self.app.databases.worker.clone(),
            self.app.auth.verified(),
            self.app.flags.revocations.clone(),
            self.shutdown.soft.clone(),
        );
        self.shutdown.spawn("revocations", listening);
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            let up = self.app.flags.revocations.is_up();
            up.then_some(()).ok_or("the link does not stand")
        })
        .await;
    }

    /// Sends a request through everything that surrounds the routes.
    pub(crate) async fn call(&self, request: TestRequest) -> Answer {
        let stop = Data::new(self.shutdown.soft.clone());
        let service = init_service(application(self.app.clone(), stop)).await;
        let peer = "192.0.2.77:4711".parse().unwrap();
        let response = call_service(&service, request.peer_addr(peer).to_request()).await;
        Answer::read(response.map_into_boxed_body()).await
    }

    /// An admin call with a JSON body.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = TestRequest::default()
            .method(method.parse().unwrap())
            .uri(path)
            .insert_header(("x-master-key", ADMIN_KEY));
        let request = match body {
            Value::Null => request,
            body => request.set_payload(body.to_string()),
        };
        self.call(request).await
    }

    /// A merchant in test mode: id, client id, secret.
    pub(crate) async fn merchant(&self) -> (String, String, String) {
        let body = serde_json::json!({ "name": "A Shop", "modes": ["test"] });
        let answer = self.admin("POST", "/api/v1/admin/merchants", body).await;
        let body = answer.json();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let key = &body["credentials"][0];
        (
            text(&body["merchant"]["id"]),
            text(&key["key_id"]),
            text(&key["secret"]),
        )
    }
}

impl Answer {
    async fn read(response: ServiceResponse<BoxBody>) -> Self {
        let (_, response) = response.into_parts();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap();
        Self {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(json) => json,
            Err(error) => panic!("{error}: {} {}", self.status, self.body),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// What is logged meanwhile on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn capture(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
