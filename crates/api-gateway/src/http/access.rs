//! A span, a log line and two metrics per request. Paths and queries hold ids, so only the route's pattern is kept.

use super::RequestId;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use runtime::TraceContext;
use std::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

/// Asked all day by probes: not worth a line.
const QUIET: [&str; 3] = ["/health", "/api/wake", "/assets/{hash}/{name}"];

/// Watches a request from its headers to the headers of its answer.
pub(crate) async fn access(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let method = method(&request);
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let span = span(method, &route, &request);
    let answer = next.call(request).instrument(span.clone()).await;
    let status = match &answer {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    };
    let elapsed = begun.elapsed();
    span.record("http.response.status_code", status);
    let (r, s) = (route.clone(), status.to_string());
    metrics::counter!("noxpay_http_requests_total", "method" => method, "route" => r.clone(), "status" => s)
        .increment(1);
    metrics::histogram!("noxpay_http_request_seconds", "method" => method, "route" => r)
        .record(elapsed);
    let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(method, route, status, ms, "request");
        } else if QUIET.contains(&route.as_str()) {
            tracing::debug!(method, route, status, ms, "request");
        } else {
            tracing::info!(method, route, status, ms, "request");
        }
    });
    answer
}

/// A label must have few values: methods of a caller's own making are one.
fn method(request: &ServiceRequest) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn span(method: &'static str, route: &str, request: &ServiceRequest) -> Span {
    let extensions = request.extensions();
    let request_id = extensions.get::<RequestId>().map(RequestId::as_str);
    let span = tracing::info_span!(
        "http",
        // Given at once: a span's name does not change once it has begun.
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request_id,
        trace_id = Empty,
    );
    let headers = request.headers();
    TraceContext::extract(|name| headers.get(name)?.to_str().ok()).set_parent_of(&span);
    span
}
