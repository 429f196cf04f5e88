//! `POST /api/v1/observations/{id}/match|dismiss|refund-due|restore` `{reason, accept?, intent?}`.

use crate::admin::EvidenceBody;
use crate::app::App;
use crate::decisions::{self, Asking, Said};
use crate::dialect::{self, noxpay};
use crate::http;
use crate::refusal::Refusal;
use crate::routes::intents::{admit, idempotency_key, record_word};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::{Authority, ObservationDecision};
use serde::Serialize;
use uuid::Uuid;

const BODY: usize = 64 * 1024;

#[derive(Serialize)]
struct Answer {
    observation: EvidenceBody,
    /// As it stands now, where one of the merchant's own was touched.
    intent: Option<noxpay::IntentBody>,
}

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, word) = path.into_inner();
    dialect::answer(&request, decide(&request, &app, &id, &word, payload).await)
}

async fn decide(
    request: &HttpRequest,
    app: &App,
    id: &str,
    word: &str,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    // The body is read before anything is refused: a client that still sends does not see an answer.
    let body = http::read(payload, BODY).await;
    let (caller, context) = admit(request, app).await?;
    let id: Uuid = id.parse().map_err(|_| Refusal::NotFound)?;
    let decision = decisions::observation_decision(word).ok_or(Refusal::NotFound)?;
    let said = Said::parse(&body?, decision == ObservationDecision::Match)?;
    let key = idempotency_key(request)?;
    let action = format!("observation.{word}");
    record_word(
        app,
        &caller,
        &context,
        (&action, &id.to_string()),
        &said,
        &key,
    )
    .await?;
    let asking = Asking {
        context: &context,
        authority: Authority::Key,
        route: format!("/api/v1/observations/{word}"),
        path: request.path(),
        idempotency_key: Some(&key),
    };
    let (observation, intent) =
        decisions::about_observation(app, &asking, id, decision, &said).await?;
    let intent = intent.map(|view| noxpay::shown(&view, &app.edge.public_url));
    Ok(HttpResponse::Ok().json(Answer {
        observation,
        intent,
    }))
}
