//! Cross-origin calls from the pages that the operator lists.

use crate::app::App;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

const METHODS: &str = "GET, POST, OPTIONS";
const REQUEST_HEADERS: &str = "Content-Type, X-Client-ID, X-Client-Secret, X-Api-Key, X-Api-Secret, Authorization, Idempotency-Key, X-Request-ID";
const RESPONSE_HEADERS: &str = "X-Request-ID, Retry-After";
/// Browsers ask again after this many seconds.
const MAX_AGE: &str = "600";

/// Answers preflights, and lets listed origins read answers. Credentials travel in headers of their own, never in cookies,
/// so that none are allowed here.
pub(crate) async fn cors(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|o| is_allowed(&request, o));
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        let answer = HttpResponse::build(StatusCode::NO_CONTENT).finish();
        request.into_response(answer).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            RESPONSE_HEADERS,
        );
        if preflight {
            set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            set(
                headers,
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                REQUEST_HEADERS,
            );
            set(headers, header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
    }
    Ok(response)
}

fn is_allowed(request: &ServiceRequest, origin: &HeaderValue) -> bool {
    let app = request.app_data::<web::Data<App>>();
    match (app, origin.to_str()) {
        (Some(app), Ok(origin)) => app.edge.origins.allow(origin),
        _ => false,
    }
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
