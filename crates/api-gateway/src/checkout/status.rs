//! `GET /checkout/status?intent=`: for pages whose stream is down.

use super::{Unseen, look};
use crate::app::App;
use crate::http::retry_after;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

pub(crate) async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    match look(&request, &app).await {
        Ok(look) => HttpResponse::Ok().json(look.live.body(app.clock.now())),
        Err(unseen) => refuse(&unseen),
    }
}

/// Why there is nothing to tell.
pub(super) fn refuse(unseen: &Unseen) -> HttpResponse {
    match unseen {
        Unseen::Unknown => HttpResponse::NotFound().json(json!({ "detail": "No such payment" })),
        Unseen::TooMany { retry_after: wait } => HttpResponse::TooManyRequests()
            .insert_header(retry_after(*wait))
            .json(json!({ "detail": "Too many requests" })),
        Unseen::Away { retry_after: wait } => HttpResponse::ServiceUnavailable()
            .insert_header(retry_after(*wait))
            .json(json!({ "detail": "Temporarily unavailable" })),
    }
}
