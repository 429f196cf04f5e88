//! `POST /api/v1/admin/mailboxes/{id}/results` `{merchant_id, mode, trust}`: whether the mailbox's own server may vouch for
//! unsigned mails (Authentication-Results). Only where the operator lists that server.

use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::TrustResultsRequest;
use serde_json::json;
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
    let trust = input.flag("trust")?;
    let mailbox_id = id.to_string();
    let action = match trust {
        true => "mailbox.trust_results",
        false => "mailbox.distrust_results",
    };
    admin.record(&app, action, &mailbox_id, Some(scope)).await?;
    let context = admin.scoped(scope);
    repeatable(async || {
        let message = TrustResultsRequest {
            mailbox_id: mailbox_id.clone(),
            trust,
        };
        app.peers
            .mail()
            .trust_results(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(json!({ "id": mailbox_id, "trusts_results": trust })))
}
