//! Headers that every response has.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use std::time::Duration;

/// Set where the route did not set its own.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubDomains",
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Adds what is missing.
pub(crate) async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    for (name, value) in DEFAULTS {
        if !response.headers().contains_key(&name) {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// `Retry-After` in whole seconds, at least 1.
pub(crate) fn retry_after(wait: Duration) -> (HeaderName, String) {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    (header::RETRY_AFTER, seconds.to_string())
}
