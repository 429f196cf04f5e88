//! `GET /api/v1/admin/intents/{key}?merchant_id=&mode=`: by id or order id, with every fact that its state follows from.

use crate::admin::view::ExplanationBody;
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::intents::IntentKey;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ErrorCode;
use proto::intent::ExplainIntentRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin
        .record(&app, "intent.explain", &key, Some(scope))
        .await?;
    let key = IntentKey::parse(&key)
        .ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such intent"))?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let message = ExplainIntentRequest {
            key: Some(key.clone().into()),
        };
        app.peers
            .intents()
            .explain_intent(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(ExplanationBody::try_from(reply)?))
}
