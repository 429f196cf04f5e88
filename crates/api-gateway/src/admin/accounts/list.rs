//! `GET /api/v1/admin/accounts?merchant_id=&mode=`: those that the merchant owns or uses by grant.

use crate::admin::view::{AccountBody, listed};
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::ListAccountsRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin.record(&app, "account.list", "", Some(scope)).await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListAccountsRequest {});
        app.peers.intents().list_accounts(request).await
    })
    .await?;
    let accounts = reply.accounts.into_iter().map(AccountBody::try_from);
    let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(listed("accounts", accounts)))
}
