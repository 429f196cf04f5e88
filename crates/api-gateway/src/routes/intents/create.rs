//! `POST /api/v1/intents/create-payment`.

use super::admit;
use crate::app::App;
use crate::auth::Family;
use crate::dialect;
use crate::dialect::noxpay::{self, Asked, CreatePayment};
use crate::http;
use crate::http::BodyError;
use crate::intents::IntentView;
use crate::peers::repeatable;
use crate::refusal::{FieldError, Refusal};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use db::idempotency;
use domain::ErrorCode;
use proto::intent::{CreateIntentRequest, CredentialClass};
use proto::{Fault, convert};
use rails::vpa::Vpa;

/// The path, which is also the route's name in idempotency keys.
pub(crate) const PATH: &str = "/api/v1/intents/create-payment";
/// Metadata and URL at their longest are a tenth of it.
const BODY: usize = 64 * 1024;
const LONGEST_KEY: usize = 255;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    payload: Payload,
) -> HttpResponse {
    dialect::answer(&request, create(&request, &app, payload).await)
}

async fn create(
    request: &HttpRequest,
    app: &App,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    // The body is read before anything is refused: a client that still sends does not see an answer.
    let body = http::read(payload, BODY).await;
    let (caller, context) = admit(request, app).await?;
    let body = body?;
    let asked = noxpay::parse(&body)?;
    if asked.method == Asked::Crypto {
        return Err(Refusal::NoCryptoWallet);
    }
    let message = message(&asked, idempotency_key(request)?);
    // The same order id with the same fingerprint answers the same intent, so that this may be repeated.
    let reply = repeatable(async || {
        app.peers
            .intents()
            .create_intent(context.request(message.clone()))
            .await
    })
    .await
    .map_err(|fault| refusal(fault, &asked))?;
    let intent = reply.intent.ok_or(Refusal::Internal)?;
    let intent = IntentView::try_from(intent)?;
    tracing::info!(
        intent = app.log_hash.for_log(intent.id.uuid().as_bytes()),
        replayed = reply.replayed,
        "create-payment answered"
    );
    match noxpay::created(&intent, &app.edge.public_url) {
        // What the clients of each family expect.
        Ok(body) if caller.family == Family::Bearer => Ok(HttpResponse::Created().json(body)),
        Ok(body) => Ok(HttpResponse::Ok().json(body)),
        Err(error) => {
            tracing::error!(%error, "the intent has no QR");
            Err(Refusal::Internal)
        }
    }
}

fn message(asked: &CreatePayment<'_>, idempotency_key: String) -> CreateIntentRequest {
    let fingerprint = idempotency::fingerprint("POST", PATH, &asked.canonical());
    CreateIntentRequest {
        order_id: asked.order_id.as_str().to_owned(),
        amount: Some(convert::money(asked.amount)),
        upi_vpa: asked
            .upi_vpa
            .as_ref()
            .map(Vpa::to_string)
            .unwrap_or_default(),
        redirect_url: asked.redirect_url.clone().unwrap_or_default(),
        metadata_json: asked.metadata.unwrap_or_default().to_owned(),
        expires_in_s: 0,
        credential_class: CredentialClass::Secret.into(),
        fingerprint: fingerprint.to_vec(),
        idempotency_key,
        route: PATH.to_owned(),
    }
}

/// The caller's Idempotency-Key; empty for none.
pub(crate) fn idempotency_key(request: &HttpRequest) -> Result<String, Refusal> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(String::new());
    };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(key.to_owned()),
        _ => {
            let message = "Idempotency-Key must have 1 to 255 visible ASCII characters";
            Err(vec![FieldError::new("value_error", "Idempotency-Key", message)].into())
        }
    }
}

/// What intent-service's answer means here.
fn refusal(fault: Fault, asked: &CreatePayment<'_>) -> Refusal {
    match fault.code {
        ErrorCode::Conflict if fault.field.as_deref() == Some("idempotency_key") => {
            Refusal::Reused {
                field: "Idempotency-Key",
                value: String::new(),
            }
        }
        ErrorCode::Conflict => Refusal::Reused {
            field: "order_id",
            value: asked.order_id.to_string(),
        },
        _ => fault.into(),
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge(limit) => Self::BodyTooLarge { limit },
            BodyError::TooSlow => Self::BodyTooSlow,
            BodyError::Broken => Self::BodyBroken,
        }
    }
}
