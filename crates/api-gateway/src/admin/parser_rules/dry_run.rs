//! `POST /api/v1/admin/parser-rules/dry-run` `{merchant_id, mode, …, days?}`: what a rule would read in the mails of the last
//! days that are still kept, beside what was read. Nothing is stored.

use super::fields;
use crate::admin::view::DryRunBody;
use crate::admin::{Admin, Body, Input, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use db::Scope;
use proto::mail::CheckParserRuleRequest;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    answer(&admin, &app, scope, &input).await
}

pub(super) async fn answer(
    admin: &Admin,
    app: &App,
    scope: Scope,
    input: &Input<'_>,
) -> Result<HttpResponse, Problem> {
    let fields = fields(input)?;
    let days = match input.number_if::<u32>("days")? {
        Some(0) => return Err(Problem::invalid("days", "must be 1 to 90")),
        days => days.unwrap_or(0),
    };
    admin
        .record(app, "parser_rule.dry_run", "", Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let message = CheckParserRuleRequest {
            fields: Some(fields.clone()),
            days,
        };
        app.peers
            .mail()
            .check_parser_rule(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(DryRunBody::try_from(reply)?))
}
