//! The admin listener: `/livez`, `/readyz`, `/metrics`.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::{Health, Shutdown, health::Status, telemetry};

#[cfg(test)]
mod tests;

/// A probe that does not finish its request is cut off.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
const UPKEEP: Duration = Duration::from_secs(5);
/// After a failed accept (usually: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves probes and metrics until the process exits, also while it drains. Gives back the bound address.
///
/// # Errors
/// If the address cannot be bound.
pub async fn serve(
    address: SocketAddr,
    health: Health,
    shutdown: &Shutdown,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    let soft = shutdown.soft.clone();
    let connections = shutdown.clone();
    shutdown.spawn_background(async move {
        let mut upkeep = tokio::time::interval(UPKEEP);
        loop {
            tokio::select! {
                _ = upkeep.tick() => telemetry::metrics_upkeep(),
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn_background(connection(stream, health.clone(), soft.clone()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the admin listener cannot accept");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
    });
    tracing::info!(address = %bound, "admin listener");
    Ok(bound)
}

async fn connection(stream: TcpStream, health: Health, soft: CancellationToken) {
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        let response = answer(request.method(), request.uri().path(), &health, &soft);
        async move { Ok::<_, Infallible>(response) }
    });
    // A broken probe is no concern of ours.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn answer(
    method: &Method,
    path: &str,
    health: &Health,
    soft: &CancellationToken,
) -> Response<Full<Bytes>> {
    if method != Method::GET && method != Method::HEAD {
        return reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, String::new());
    }
    match path {
        "/livez" => reply(StatusCode::OK, JSON, r#"{"status":"live"}"#.to_owned()),
        "/readyz" => readyz(health, soft),
        "/metrics" => reply(
            StatusCode::OK,
            "text/plain; version=0.0.4",
            telemetry::render_metrics(),
        ),
        _ => reply(StatusCode::NOT_FOUND, TEXT, String::new()),
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

fn readyz(health: &Health, soft: &CancellationToken) -> Response<Full<Bytes>> {
    let mut readiness = health.readiness();
    if soft.is_cancelled() {
        readiness.status = Status::Unready;
        readiness.failing.push("process");
        let reason = "shutting down".to_owned();
        readiness.reasons.insert("process", reason);
    }
    let code = match readiness.status {
        Status::Ready | Status::Degraded => StatusCode::OK,
        Status::Unready => StatusCode::SERVICE_UNAVAILABLE,
    };
    match serde_json::to_string(&readiness) {
        Ok(body) => reply(code, JSON, body),
        Err(_) => reply(StatusCode::INTERNAL_SERVER_ERROR, TEXT, String::new()),
    }
}

fn reply(code: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = code;
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    let no_store = header::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
