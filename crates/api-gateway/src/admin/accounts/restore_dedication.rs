//! `POST /api/v1/admin/accounts/{id}/restore-dedication` `{merchant_id, mode, reason}`: its owner says that the account receives
//! nothing but intents' money, although money came that fitted none.

use crate::admin::view::AccountBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::decisions::Said;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::RestoreDedicationRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, Some(&body.input()?))?;
    let said = Said::parse(body.bytes(), false)?;
    let account_id = id.to_string();
    admin
        .record_word(
            &app,
            "account.restore_dedication",
            &account_id,
            scope,
            &said,
        )
        .await?;
    let message = RestoreDedicationRequest {
        account_id,
        reason: said.reason.as_str().to_owned(),
    };
    // Not tried again by itself: what was suspended anew in between is to be seen first.
    let call = admin.scoped(scope).request(message);
    let account = app.peers.intents().restore_dedication(call).await?;
    Ok(HttpResponse::Ok().json(AccountBody::try_from(account.into_inner())?))
}
