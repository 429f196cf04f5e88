//! What no route is for.

use actix_web::HttpResponse;
use serde_json::json;

pub(crate) async fn any() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "detail": "Not Found" }))
}

/// The path is known, the method is not.
pub(crate) async fn method() -> HttpResponse {
    HttpResponse::MethodNotAllowed().json(json!({ "detail": "Method Not Allowed" }))
}
