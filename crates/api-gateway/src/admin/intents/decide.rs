//! `POST /api/v1/admin/intents/{id or order id}/approve|reject|refund-due|reverse` `{merchant_id, mode, reason, accept?}`.

use crate::admin::view::IntentBody;
use crate::admin::{Admin, Body, Problem, not_found, scope_of};
use crate::app::App;
use crate::decisions::{self, Asking, Said};
use crate::intents::IntentKey;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::Authority;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (key, word) = path.into_inner();
    let decision = decisions::intent_decision(&word).ok_or_else(not_found)?;
    let scope = scope_of(&request, Some(&body.input()?))?;
    let said = Said::parse(body.bytes(), false)?;
    let named = IntentKey::parse(&key).ok_or_else(not_found)?;
    let action = format!("intent.{word}");
    admin.record_word(&app, &action, &key, scope, &said).await?;
    let context = admin.scoped(scope);
    let asking = Asking {
        context: &context,
        authority: Authority::Owner,
        route: format!("/api/v1/admin/intents/{word}"),
        path: request.path(),
        idempotency_key: admin.actor.idempotency_key.as_deref(),
    };
    let intent = decisions::about_intent(&app, &asking, named, decision, &said).await?;
    Ok(HttpResponse::Ok().json(IntentBody::from(intent)))
}
