//! Webhooks as clients of this interface see them.

use crate::admin::time;
use crate::dialect::{attempts, stored};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use proto::webhook::{Delivery, PingResponse};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

const EXCERPT_CHARS: usize = 200;

/// A row of its log.
#[derive(Serialize)]
pub(crate) struct WebhookLog {
    id: String,
    url: String,
    payload: Option<Box<RawValue>>,
    event_id: String,
    event_type: String,
    /// Of the last attempt that was answered.
    response_code: Option<u32>,
    attempts: usize,
    /// `delivered`, `failed` or `retrying`.
    status: &'static str,
    next_retry_at: Option<String>,
    created_at: Option<String>,
}

impl From<Delivery> for WebhookLog {
    fn from(delivery: Delivery) -> Self {
        let (attempts, last) = attempts(&delivery);
        Self {
            response_code: last.map(|a| a.response_code).filter(|code| *code != 0),
            attempts,
            status: match delivery.state.as_str() {
                "delivered" => "delivered",
                "failed" => "failed",
                _ => "retrying",
            },
            next_retry_at: time(delivery.next_attempt_at.as_ref()),
            created_at: time(delivery.created_at.as_ref()),
            id: delivery.id,
            url: delivery.url,
            payload: stored(delivery.body),
            event_id: delivery.event_id,
            event_type: delivery.event_type,
        }
    }
}

/// The body of a test. `custom_data` is a JSON object, and stays as it was written.
pub(crate) fn ping(event: &str, custom_data: &str) -> String {
    let event = json!(event);
    format!(r#"{{"event":{event},"data":{custom_data},"message":"NoxPay Webhook Test Ping"}}"#)
}

/// What came back from a test.
pub(crate) fn pinged(answer: &PingResponse) -> HttpResponse {
    let refuse =
        |status, detail: &str| HttpResponse::build(status).json(json!({ "detail": detail }));
    match answer.outcome.as_str() {
        "delivered" | "refused" => HttpResponse::Ok().json(json!({
            "success": answer.outcome == "delivered",
            "status_code": answer.status_code,
            "response_body": answer.response_body.chars().take(EXCERPT_CHARS).collect::<String>(),
        })),
        "timeout" => refuse(StatusCode::GATEWAY_TIMEOUT, "Webhook request timed out"),
        "blocked" => refuse(
            StatusCode::BAD_REQUEST,
            "The webhook URL's address is not allowed",
        ),
        _ => refuse(
            StatusCode::BAD_GATEWAY,
            "Failed to connect to the webhook URL",
        ),
    }
}

/// There is nothing to test.
pub(crate) fn no_webhook() -> HttpResponse {
    let detail = "No webhook endpoint is configured and active";
    HttpResponse::BadRequest().json(json!({ "detail": detail }))
}
