//! `GET /api/v1/admin/intents?merchant_id=&mode=&status=&limit=&before_id=`: newest first.

use crate::admin::view::{IntentBody, listed};
use crate::admin::{Admin, Problem, limit, query, scope_of};
use crate::app::App;
use crate::intents::IntentView;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::StatusName;
use domain::ids::IntentId;
use proto::intent::{IntentStatus, ListIntentsRequest};

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let message = ListIntentsRequest {
        limit: limit(&request)?,
        status: status(&request)?.into(),
        before_id: before(&request)?,
    };
    admin.record(&app, "intent.list", "", Some(scope)).await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.intents().list_intents(request).await
    })
    .await?;
    let views = reply.intents.into_iter().map(IntentView::try_from);
    let intents = views
        .map(|view| view.map(IntentBody::from))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(listed("intents", intents)))
}

/// Canonical names only.
fn status(request: &HttpRequest) -> Result<IntentStatus, Problem> {
    match query(request, "status") {
        None => Ok(IntentStatus::Unspecified),
        Some(name) => StatusName::parse(&name)
            .map(IntentStatus::from)
            .ok_or_else(|| Problem::invalid("status", "is not a state of an intent")),
    }
}

fn before(request: &HttpRequest) -> Result<String, Problem> {
    match query(request, "before_id") {
        None => Ok(String::new()),
        Some(text) => match text.parse::<IntentId>() {
            Ok(id) => Ok(id.to_string()),
            Err(_) => Err(Problem::invalid("before_id", "must be an id (UUID)")),
        },
    }
}
