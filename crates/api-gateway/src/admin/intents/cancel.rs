//! `POST /api/v1/admin/intents/{id}/cancel` `{merchant_id, mode, reason?}`.

use crate::admin::view::IntentBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::intents::IntentView;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::CancelIntentRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let message = CancelIntentRequest {
        id: id.to_string(),
        reason: input.text_if("reason")?.unwrap_or_default(),
    };
    admin
        .record(&app, "intent.cancel", &message.id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.intents().cancel_intent(request).await
    })
    .await?;
    let body = IntentBody::from(IntentView::try_from(reply)?);
    Ok(HttpResponse::Ok().json(body))
}
