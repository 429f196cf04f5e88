//! `GET /api/wake`: for hosts that put idle services to sleep.

use actix_web::HttpResponse;
use serde_json::json;

pub(crate) async fn get() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "awake", "service": "NoxPay API" }))
}
