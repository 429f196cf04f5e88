//! `POST /api/v1/admin/parser-rules` `{merchant_id, mode, bank_name, detect_keyword, amount_regex, utr_regex, sender_regex?,
//! remark_regex?, rule_id?, dry_run?}`: a new rule, or a new version of `rule_id`. With `dry_run` it is only tried.

use super::{dry_run, fields};
use crate::admin::view::RuleBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::SaveParserRuleRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    if input.flag_if("dry_run")?.unwrap_or(false) {
        return dry_run::answer(&admin, &app, scope, &input).await;
    }
    let rule_id: Option<Uuid> = input.parsed_if("rule_id", "an id (UUID)")?;
    let rule_id = rule_id.map(|id| id.to_string()).unwrap_or_default();
    let fields = fields(&input)?;
    admin
        .record(&app, "parser_rule.save", &rule_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let rule = repeatable(async || {
        let message = SaveParserRuleRequest {
            fields: Some(fields.clone()),
            rule_id: rule_id.clone(),
        };
        app.peers
            .mail()
            .save_parser_rule(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(RuleBody::from(rule)))
}
