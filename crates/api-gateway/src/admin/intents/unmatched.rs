//! `GET /api/v1/admin/intents/unmatched?merchant_id=&mode=&limit=`: money that fits no intent, or that a person is asked about.

use crate::admin::view::{EvidenceBody, listed};
use crate::admin::{Admin, Problem, limit, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::ListUnmatchedRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let limit = limit(&request)?;
    admin
        .record(&app, "intent.unmatched", "", Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListUnmatchedRequest { limit });
        app.peers.intents().list_unmatched(request).await
    })
    .await?;
    let evidence = reply.evidence.into_iter().map(EvidenceBody::try_from);
    let evidence = evidence.collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(listed("evidence", evidence)))
}
