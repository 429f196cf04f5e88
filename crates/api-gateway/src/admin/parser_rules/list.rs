//! `GET /api/v1/admin/parser-rules?merchant_id=&mode=`, in the order in which they are tried.

use crate::admin::view::{RuleBody, listed};
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::ListParserRulesRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin
        .record(&app, "parser_rule.list", "", Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListParserRulesRequest {});
        app.peers.mail().list_parser_rules(request).await
    })
    .await?;
    let rules: Vec<_> = reply.rules.into_iter().map(RuleBody::from).collect();
    Ok(HttpResponse::Ok().json(listed("rules", rules)))
}
