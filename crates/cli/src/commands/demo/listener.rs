//! The merchant's server for as long as one demo runs: takes webhooks on a port of this machine.

use crate::signature::Signed;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A webhook is a few kilobytes.
const LARGEST: usize = 256 * 1024;

/// A webhook as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) headers: Signed,
    pub(crate) body: Bytes,
}

/// Listens until it is dropped.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    received: mpsc::UnboundedReceiver<Received>,
    /// Aborted when dropped.
    _server: JoinSet<()>,
}

impl Listener {
    /// On a free port of the loopback address.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, received) = mpsc::unbounded_channel();
        let mut server = JoinSet::new();
        server.spawn(serve(listener, sender));
        Ok(Self {
            address,
            received,
            _server: server,
        })
    }

    /// The next webhook.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        self.received.recv().await
    }
}

async fn serve(listener: TcpListener, sender: mpsc::UnboundedSender<Received>) {
    let mut connections = JoinSet::new();
    // A failed accept only means that a connection broke off.
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, sender.clone()));
        }
    }
}

async fn connection(stream: TcpStream, sender: mpsc::UnboundedSender<Received>) {
    let service = service_fn(|request: Request<Incoming>| {
        let sender = sender.clone();
        async move { Ok::<_, Infallible>(receive(request, &sender).await) }
    });
    // A broken connection is the sender's to repeat.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn receive(
    request: Request<Incoming>,
    sender: &mpsc::UnboundedSender<Received>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let mut response = Response::new(Full::new(Bytes::new()));
    match Limited::new(body, LARGEST).collect().await {
        Ok(body) => {
            let headers = signed(&parts.headers);
            let body = body.to_bytes();
            // Nobody reads any more when the demo is over.
            let _ = sender.send(Received { headers, body });
        }
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response
}

fn signed(headers: &HeaderMap) -> Signed {
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    Signed::of(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_webhook_arrives_with_its_raw_body_and_headers() {
        let mut listener = Listener::start().await.unwrap();
        let mut client = TcpStream::connect(listener.address).await.unwrap();
        client
            .write_all(b"POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nWebhook-Id: evt_1\r\nContent-Length: 9\r\n\r\n{\"a\": 1 }")
            .await
            .unwrap();
        let received = listener.next().await.unwrap();
        assert_eq!(received.body, "{\"a\": 1 }");
        assert_eq!(received.headers.id.as_deref(), Some("evt_1"));
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
