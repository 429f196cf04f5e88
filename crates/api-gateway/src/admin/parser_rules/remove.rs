//! `DELETE /api/v1/admin/parser-rules/{id}?merchant_id=&mode=`: from now on no mail is read by it. Its versions stay as history.

use crate::admin::view::RuleBody;
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::RemoveParserRuleRequest;
use uuid::Uuid;

pub(crate) async fn delete(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let rule_id = id.to_string();
    admin
        .record(&app, "parser_rule.remove", &rule_id, Some(scope))
        .await?;
    let call = admin
        .scoped(scope)
        .request(RemoveParserRuleRequest { rule_id });
    let rule = app
        .peers
        .mail()
        .remove_parser_rule(call)
        .await?
        .into_inner();
    Ok(HttpResponse::Ok().json(RuleBody::from(rule)))
}
