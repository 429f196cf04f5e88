//! `POST /api/v1/admin/accounts/{id}/grants` `{merchant_id, mode, grantee_id}`: lets another merchant use the account.

use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::MerchantId;
use proto::intent::GrantAccountRequest;
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
    let grantee: MerchantId = input.parsed("grantee_id", "an id (UUID)")?;
    let account_id = id.to_string();
    admin
        .record(&app, "account.grant", &account_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    repeatable(async || {
        let message = GrantAccountRequest {
            account_id: account_id.clone(),
            merchant_id: grantee.to_string(),
        };
        app.peers
            .intents()
            .grant_account(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
