//! A merchant's webhook listener.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

pub const SECRET: &str = "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQtZGVtby0wMQ==";

/// A webhook as it came, with its signatures already verified.
#[derive(Clone, Debug)]
pub struct Told {
    /// The event's id: the same over every attempt.
    pub id: String,
    pub event: String,
    pub body: Value,
    pub raw: Vec<u8>,
    /// When it had come whole.
    pub at: Instant,
}

/// Listens, verifies both signatures, remembers.
#[derive(Clone)]
pub struct Hook {
    address: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    answer: Arc<AtomicU16>,
}

impl Hook {
    /// A listener that answers 200.
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let hook = Self {
            address: listener.local_addr().expect("its address"),
            told: Arc::default(),
            answer: Arc::new(AtomicU16::new(200)),
        };
        let (serving, tasks) = (hook.clone(), TaskTracker::new());
        tasks.clone().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let hook = serving.clone();
                tasks.spawn(async move {
                    let service = service_fn(|request| hook.take(request));
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        hook
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The status of every answer from now on.
    pub fn answer(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// Everything that came, in order of arrival, repeats included.
    pub fn told(&self) -> Vec<Told> {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many came so far, repeats included.
    pub fn count(&self) -> usize {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Waits for an event of this type about this order.
    pub async fn wait_for(&self, event: &str, order_id: &str) -> Told {
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            let told = self.told();
            let found = told
                .iter()
                .find(|t| t.event == event && t.body["data"]["order_id"] == order_id)
                .cloned();
            found.ok_or_else(|| told.into_iter().map(|t| t.event).collect::<Vec<_>>())
        })
        .await
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let raw = body
            .collect()
            .await
            .map(|b| b.to_bytes().to_vec())
            .unwrap_or_default();
        let at = Instant::now();
        let header = |name: &str| {
            let value = head.headers.get(name).and_then(|v| v.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let nox = hex::encode(hmac(SECRET.as_bytes(), &raw));
        let signed = [format!("{id}.{timestamp}.").as_bytes(), &raw].concat();
        let key = STANDARD
            .decode(SECRET.trim_start_matches("whsec_"))
            .expect("base64");
        let standard = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
        let genuine = header("x-noxpay-signature") == nox
            && header("webhook-signature") == standard
            && header("x-noxpay-timestamp") == timestamp;
        let status = if genuine {
            self.answer.load(Ordering::SeqCst)
        } else {
            400
        };
        if genuine {
            let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
            let event = body["event"].as_str().unwrap_or_default().to_owned();
            let told = Told {
                id,
                event,
                body,
                raw,
                at,
            };
            self.told
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(told);
        }
        let mut response = Response::new(Full::new(Bytes::new()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        Ok(response)
    }
}

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}
