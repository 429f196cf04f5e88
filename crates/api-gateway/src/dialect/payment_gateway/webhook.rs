//! Webhooks as clients of this interface see them.

use crate::admin::time;
use crate::dialect::{attempts, last_error};
use actix_web::HttpResponse;
use domain::dialect::payment_gateway_event;
use proto::webhook::Delivery;
use serde::Serialize;
use serde_json::json;

/// A page of deliveries.
#[derive(Serialize)]
pub(crate) struct WebhookRows {
    pub data: Vec<WebhookRow>,
    pub total: u64,
    pub limit: u32,
    pub offset: u32,
}

#[derive(Serialize)]
pub(crate) struct WebhookRow {
    id: String,
    event: String,
    event_type: String,
    /// `pending`, `success` or `failed`.
    status: &'static str,
    attempts: usize,
    created_at: Option<String>,
    last_attempt_at: Option<String>,
    response_code: Option<u32>,
    last_error: Option<String>,
    next_retry_at: Option<String>,
}

/// Where it is told, and with which secret: shown when it is made, and never again.
#[derive(Default, Serialize)]
pub(crate) struct WebhookConfig {
    pub webhook_url: Option<String>,
    pub webhook_secret: Option<String>,
}

impl From<Delivery> for WebhookRow {
    fn from(delivery: Delivery) -> Self {
        let (attempts, last) = attempts(&delivery);
        // What the receiver was told.
        let event = payment_gateway_event(&delivery.event_type).to_owned();
        Self {
            attempts,
            last_attempt_at: last.and_then(|attempt| time(attempt.started_at.as_ref())),
            response_code: last.map(|a| a.response_code).filter(|code| *code != 0),
            last_error: last.and_then(last_error),
            status: match delivery.state.as_str() {
                "delivered" => "success",
                "failed" => "failed",
                _ => "pending",
            },
            created_at: time(delivery.created_at.as_ref()),
            next_retry_at: time(delivery.next_attempt_at.as_ref()),
            id: delivery.id,
            event_type: event.clone(),
            event,
        }
    }
}

pub(crate) fn retry_scheduled(delivery: &Delivery) -> HttpResponse {
    scheduled(delivery, "Webhook retry scheduled")
}

pub(crate) fn test_scheduled(delivery: &Delivery) -> HttpResponse {
    scheduled(delivery, "Test webhook scheduled")
}

fn scheduled(delivery: &Delivery, message: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "id": delivery.id, "status": "pending", "message": message,
    }))
}

/// There is no endpoint that it could be about.
pub(crate) fn no_webhook() -> HttpResponse {
    super::error_body(
        actix_web::http::StatusCode::BAD_REQUEST,
        super::BAD,
        "Webhook URL is not configured",
    )
}
