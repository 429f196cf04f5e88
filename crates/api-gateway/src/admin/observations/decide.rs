//! `POST /api/v1/admin/observations/{id}/match|dismiss|refund-due|restore` `{merchant_id, mode, reason, accept?, intent?}`.

use crate::admin::view::IntentBody;
use crate::admin::{Admin, Body, EvidenceBody, Problem, not_found, scope_of};
use crate::app::App;
use crate::decisions::{self, Asking, Said};
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::{Authority, ObservationDecision};
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Answer {
    observation: EvidenceBody,
    /// As it stands now, where one of the merchant's own was touched.
    intent: Option<IntentBody>,
}

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    path: web::Path<(Uuid, String)>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, word) = path.into_inner();
    let decision = decisions::observation_decision(&word).ok_or_else(not_found)?;
    let scope = scope_of(&request, Some(&body.input()?))?;
    let said = Said::parse(body.bytes(), decision == ObservationDecision::Match)?;
    let action = format!("observation.{word}");
    admin
        .record_word(&app, &action, &id.to_string(), scope, &said)
        .await?;
    let context = admin.scoped(scope);
    let asking = Asking {
        context: &context,
        authority: Authority::Owner,
        route: format!("/api/v1/admin/observations/{word}"),
        path: request.path(),
        idempotency_key: admin.actor.idempotency_key.as_deref(),
    };
    let (observation, intent) =
        decisions::about_observation(&app, &asking, id, decision, &said).await?;
    let intent = intent.map(IntentBody::from);
    Ok(HttpResponse::Ok().json(Answer {
        observation,
        intent,
    }))
}
