//! Many merchants' listeners behind one address, each with its own manners.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// How a listener treats what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    Answers,
    /// 500.
    Fails,
    /// Takes the request, and never says a word.
    Hangs,
    /// Takes the request, and hangs up.
    HangsUp,
    /// 200, a little later.
    Dawdles,
    /// 302 to a private address.
    Redirects,
    /// 503 with `Retry-After: 1` the first time that it sees an event.
    IsBusyAtFirst,
}

/// What one listener received.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Which listener: its place in the list.
    pub listener: usize,
    /// The event's id.
    pub id: String,
    pub object: String,
    pub sequence: i64,
    pub part: i64,
    pub at: Instant,
}

/// Listeners under `/0`, `/1`, …
#[derive(Clone)]
pub struct Sinks {
    address: SocketAddr,
    manners: Arc<[Manners]>,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

const DAWDLE: Duration = Duration::from_millis(300);

impl Sinks {
    pub async fn listen(manners: &[Manners]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let sinks = Self {
            address: listener.local_addr().expect("its address"),
            manners: manners.into(),
            arrivals: Arc::default(),
        };
        let (serving, tasks) = (sinks.clone(), TaskTracker::new());
        tasks.clone().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sinks = serving.clone();
                tasks.spawn(async move {
                    let service = service_fn(|request| sinks.take(request));
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        sinks
    }

    pub fn url(&self, listener: usize) -> String {
        format!("http://{}/{listener}", self.address)
    }

    /// Everything that came, in order of arrival, repeats included.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.clone()
    }

    pub fn count(&self) -> usize {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.len()
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HungUp> {
        let (head, body) = request.into_parts();
        let raw = body.collect().await.map_err(|_| HungUp)?.to_bytes();
        let at = Instant::now();
        let listener = head
            .uri
            .path()
            .trim_start_matches('/')
            .parse()
            .map_err(|_| HungUp)?;
        let id = head.headers.get("webhook-id").and_then(|v| v.to_str().ok());
        let told: Value = serde_json::from_slice(&raw).map_err(|_| HungUp)?;
        let arrival = Arrival {
            listener,
            id: id.unwrap_or_default().to_owned(),
            object: told["intent_id"].as_str().unwrap_or_default().to_owned(),
            sequence: told["sequence"].as_i64().unwrap_or_default(),
            part: told["part"].as_i64().unwrap_or_default(),
            at,
        };
        let first = {
            let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            let first = !arrivals
                .iter()
                .rev()
                .any(|a| a.listener == listener && a.id == arrival.id);
            arrivals.push(arrival);
            first
        };
        let mut answer = Response::new(Full::default());
        match self.manners[listener] {
            Manners::Answers => {}
            Manners::Fails => *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
            Manners::Hangs => std::future::pending().await,
            Manners::HangsUp => return Err(HungUp),
            Manners::Dawdles => tokio::time::sleep(DAWDLE).await,
            Manners::Redirects => {
                *answer.status_mut() = StatusCode::FOUND;
                let there = "http://10.0.0.1/".parse().map_err(|_| HungUp)?;
                answer.headers_mut().insert("location", there);
            }
            Manners::IsBusyAtFirst if first => {
                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                answer.headers_mut().insert("retry-after", 1.into());
            }
            Manners::IsBusyAtFirst => {}
        }
        Ok(answer)
    }
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("hung up")]
struct HungUp;
