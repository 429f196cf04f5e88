//! `GET /api/v1/intents/{key}/proof`: which evidence paid the intent, which checks it passed, which rung of the ladder or which
//! person decided, and what happened when.

use super::admit;
use crate::app::App;
use crate::dialect;
use crate::dialect::noxpay::Proof;
use crate::intents::IntentKey;
use crate::peers::repeatable;
use crate::refusal::Refusal;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::ExplainIntentRequest;

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    key: web::Path<String>,
) -> HttpResponse {
    dialect::answer(&request, prove(&request, &app, &key).await)
}

async fn prove(request: &HttpRequest, app: &App, key: &str) -> Result<HttpResponse, Refusal> {
    let (_, context) = admit(request, app).await?;
    let key = IntentKey::parse(key).ok_or(Refusal::NotFound)?;
    let reply = repeatable(async || {
        let message = ExplainIntentRequest {
            key: Some(key.clone().into()),
        };
        let request = context.request(message);
        app.peers.intents().explain_intent(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(Proof::try_from(reply)?))
}
