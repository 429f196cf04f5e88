//! `POST /api/v1/intents/{key}/approve|reject|refund-due|reverse` `{reason, accept?}`.

use super::{admit, idempotency_key, record_word};
use crate::app::App;
use crate::decisions::{self, Asking, Said};
use crate::dialect::{self, noxpay};
use crate::http;
use crate::intents::IntentKey;
use crate::refusal::Refusal;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::Authority;

const BODY: usize = 64 * 1024;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (key, word) = path.into_inner();
    dialect::answer(&request, decide(&request, &app, &key, &word, payload).await)
}

async fn decide(
    request: &HttpRequest,
    app: &App,
    key: &str,
    word: &str,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    // The body is read before anything is refused: a client that still sends does not see an answer.
    let body = http::read(payload, BODY).await;
    let (caller, context) = admit(request, app).await?;
    let named = IntentKey::parse(key).ok_or(Refusal::NotFound)?;
    let decision = decisions::intent_decision(word).ok_or(Refusal::NotFound)?;
    let said = Said::parse(&body?, false)?;
    let repeat = idempotency_key(request)?;
    let action = format!("intent.{word}");
    record_word(app, &caller, &context, (&action, key), &said, &repeat).await?;
    let asking = Asking {
        context: &context,
        authority: Authority::Key,
        route: format!("/api/v1/intents/{word}"),
        path: request.path(),
        idempotency_key: Some(&repeat),
    };
    let intent = decisions::about_intent(app, &asking, named, decision, &said).await?;
    Ok(HttpResponse::Ok().json(noxpay::shown(&intent, &app.edge.public_url)))
}
